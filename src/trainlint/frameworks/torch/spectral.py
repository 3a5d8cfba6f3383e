"""Fourier transforms of torch, and the windows that are laid over signals."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.meaning import Meaning, bound, function_of
from trainlint.frameworks.torch.shapes import ShapeRule, same
from trainlint.frameworks.torch.sizes import Bound, axis_of, dimension, dimensions, flag, is_none, whole
from trainlint.values.tensor import Dimension, Shape
from trainlint.values.value import Unknown, Value


def _axes(arguments: Bound, shape: Shape, count: int | None) -> list[int] | None:
    """The axes that are transformed: those named, else the last `count`, or all."""
    name = "dim" if "dim" in arguments else ""
    if name and not is_none(arguments, name):
        given = dimensions(arguments.get(name))
        found = None if given is None else [axis_of(len(shape), axis) for axis in given]
        return None if found is None or None in found else [axis for axis in found if axis is not None]
    return list(range(len(shape)))[-count:] if count else list(range(len(shape)))


def _lengths(arguments: Bound, name: str, count: int) -> tuple[Dimension, ...] | None:
    """The lengths that are asked for; an empty tuple when none are, None when they are not known."""
    if is_none(arguments, name):
        return ()
    found = dimensions(arguments.get(name))
    return found if found is not None and len(found) == count else None


def _transformed(count: int | None, halves: str, length: str) -> ShapeRule:
    """torch.fft.*: `halves` says whether the last axis loses its mirrored half, gets it back, or stays."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        axes = None if shape is None else _axes(arguments, shape, count)
        wanted = None if not axes else _lengths(arguments, length, len(axes))
        if shape is None or not axes or wanted is None:
            return None
        sizes = list(shape)
        for axis, size in zip(axes, wanted, strict=False):
            sizes[axis] = size
        last = sizes[axes[-1]]
        if halves == "lost":
            sizes[axes[-1]] = last // 2 + 1 if isinstance(last, int) else None
        elif halves == "found" and not wanted:
            sizes[axes[-1]] = 2 * (last - 1) if isinstance(last, int) else None
        return tuple(sizes)

    return rule


def _family(halves: str) -> dict[int | None, Handler]:
    texts = {1: "input, n=None, dim=-1", 2: "input, s=None, dim=(-2, -1)", None: "input, s=None, dim=None"}
    dtype = {"lost": "complex64", "found": "float32"}.get(halves, "complex64")
    return {
        count: function_of(
            Meaning(
                Signature(text),
                "fourier_transform",
                _transformed(count, halves, "n" if count == 1 else "s"),
                dtype=dtype,
                carries_data=False,
            )
        )
        for count, text in texts.items()
    }


_STAYING, _REAL, _BACK = _family("kept"), _family("lost"), _family("found")
_SUFFIXES = {1: "", 2: "2", None: "n"}

_SHIFTED = function_of(Meaning(Signature("input, dim=None"), "permute", same))


def _frequencies(call: Call) -> Value:
    count = whole(bound(call, Signature("n, d=1.0")), "n")
    if call.title == "rfftfreq" and count is not None:
        count = count // 2 + 1
    return call.tensor("constant", (), (count,), dtype="float32", library="torch", data=None)


def _window(call: Call) -> Value:
    """torch.hann_window(length) and its like."""
    length = dimension(call.argument(0, "window_length"))
    return call.tensor(
        "constant", (), (length,), dtype="float32", low=0.0, high=1.0, library="torch", data=None
    )


_STFT = Signature(
    "input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode='reflect', "
    "normalized=False, onesided=None, return_complex=None"
)


def _stft(call: Call) -> Value:
    """(…, samples) becomes (…, frequencies, frames), torch.stft."""
    arguments, signal = bound(call, _STFT), as_tensor(call.argument(0, "input"))
    if signal is None:
        return call.unknown()
    size = whole(arguments, "n_fft")
    hop = whole(arguments, "hop_length") or (size // 4 if size is not None else None)
    shape: Shape | None = None
    if signal.shape and size is not None and hop:
        samples = signal.shape[-1]
        if isinstance(samples, int):
            samples += 2 * (size // 2) if flag(arguments, "center") else 0
        frames = 1 + (samples - size) // hop if isinstance(samples, int) else None
        one_sided = flag(arguments, "onesided") is not False
        parts = () if flag(arguments, "return_complex") else (2,)
        shape = (*signal.shape[:-1], size // 2 + 1 if one_sided else size, frames, *parts)
    return call.tensor("fourier_transform", (signal,), shape, library="torch", data=None)


def _istft(call: Call) -> Value:
    signal = as_tensor(call.argument(0, "input"))
    if signal is None:
        return call.unknown()
    length = call.argument(8, "length") or Unknown("the length of a signal")
    shape = None if signal.shape is None or len(signal.shape) < 2 else (*signal.shape[:-2], dimension(length))
    return call.tensor("fourier_transform", (signal,), shape, dtype="float32", library="torch", data=None)


FUNCTIONS: dict[str, Handler] = {
    **{f"torch.fft.{name}{_SUFFIXES[count]}": handler
       for name, family in (("fft", _STAYING), ("ifft", _STAYING), ("rfft", _REAL), ("irfft", _BACK))
       for count, handler in family.items()},
    **dict.fromkeys(("torch.fft.fftshift", "torch.fft.ifftshift"), _SHIFTED),
    **dict.fromkeys(("torch.fft.fftfreq", "torch.fft.rfftfreq"), _frequencies),
    **{f"torch.{name}_window": _window for name in ("hann", "hamming", "blackman", "bartlett", "kaiser")},
    "torch.stft": _stft,
    "torch.istft": _istft,
}  # fmt: skip
"""By canonical name."""

METHODS: dict[str, Handler] = {"stft": _stft, "istft": _istft}
