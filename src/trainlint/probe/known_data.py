"""Mean and spread of data: of the data sets that everybody knows, or by the range that a program gives them."""

from __future__ import annotations

from trainlint.plan.data import Data

_PIXELS = {
    # Mean and standard deviation over all pixels, as shares of the range, as they are usually normalised with.
    "mnist": (0.1307, 0.3081),
    "fashion_mnist": (0.2860, 0.3530),
    "kmnist": (0.1918, 0.3483),
    "emnist": (0.1736, 0.3317),
    "cifar10": (0.4734, 0.2516),
    "cifar100": (0.4782, 0.2682),
    "svhn": (0.4530, 0.2207),
    "imagenet": (0.4490, 0.2260),
    "digits": (0.3053, 0.3760),  # sklearn.datasets.load_digits
}

Statistics = tuple[float | None, float | None, float | None, float | None]
"""Mean, spread, lowest and highest value; None where nothing is known."""


def statistics_of(data: Data) -> Statistics:
    """What the values that reach the network are like."""
    low, high = data.low, data.high
    if low is None or high is None or not high > low:
        return None, None, None, None
    known = _PIXELS.get((data.dataset or "").lower().replace("-", "_"))
    # Without a known data set: in the middle of the range, which two spreads to either side fill.
    share, spread = known if known is not None else (0.5, 0.25)
    return low + share * (high - low), spread * (high - low), low, high
