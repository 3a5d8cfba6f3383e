"""What a run shows, whatever it was asked: claims that no rule makes. They are told beside an answer."""

from __future__ import annotations

from trainlint.probe.claims import Claim, group

SYMPTOMS: dict[str, Claim] = {
    "exploding-gradients": Claim(
        confirm=(group(("non_finite", ">", 0)), group(("gradient_spike", ">", 1000))),
        refute=(group(("gradient_spike", "<", 100), ("non_finite", "<=", 0)),),
    ),
    "dead-units": Claim(
        # Of one batch alone many units stay silent: it takes some hundred samples.
        confirm=(group(("dead_units", ">", 0.9), ("dead_samples", ">=", 256)),),
        refute=(group(("dead_units", "<", 0.6), ("dead_samples", ">=", 256)),),
    ),
    "ignored-inputs": Claim(
        # Means over large images differ little from sample to sample, 7e-4 in a healthy network that begins to learn.
        confirm=(group(("output_spread", "<", 1e-5)),),
        refute=(group(("output_spread", ">", 2e-2)),),
        steps=60,
    ),
    "frozen-weights": Claim(
        confirm=(group(("weights_frozen", ">", 0)),),
        refute=(group(("weights_frozen", "<=", 0)),),
        steps=5,
        settled=True,
    ),
}
"""By a name for each."""
