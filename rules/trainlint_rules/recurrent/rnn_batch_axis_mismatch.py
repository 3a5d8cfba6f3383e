"""Recurrent layers that take samples for steps in time."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.api import (
    Example,
    Layer,
    Network,
    Rule,
    TrainingPlan,
    add_argument,
    context,
    kinds,
    replace_value,
)

REARRANGING = frozenset({"permute", "reshape", "unknown", "either", "select", "stack", "flatten", "squeeze"})
"""What may put the batch on another axis."""


LAYOUT_KEEPING = kinds.FEATURE_KEEPING - {"squeeze", "unsqueeze"} | kinds.ACTIVATIONS | {
    "embedding", "linear", "layer_norm",
}  # fmt: skip
"""What leaves the axes of samples and steps where they are."""

TRANSFORMERS = frozenset({"transformer_encoder", "transformer_decoder", "transformer", "attention"})
PACKED = "pack_padded_sequence"
"""What makes a sequence without axes, which every layer reads as it is."""

STATES = ("hidden state", "cell state")

STACKS = frozenset({"TransformerEncoder", "TransformerDecoder"})
"""What repeats a layer that is made elsewhere, and reads its axes as that does."""


class RnnBatchAxisMismatch(Rule):
    """The batch stands where a recurrent layer expects the steps of a sequence.

    ## What it does
    `LSTM`, `GRU`, `RNN`, `MultiheadAttention` and the transformers of PyTorch take (steps, samples, features)
    unless `batch_first=True`. The rule follows the batch of a loader, whose samples come first, and what
    `pad_sequence` has made, whose steps come first unless told otherwise, to the layer; and it looks at what is taken of the output: `out[:, -1]` is the last step of a batch-first output, of another it
    is the last sample. The last state is (layers x directions, samples, features) in any case: a `view` that
    makes one row a sample of it puts together what belongs to different samples.

    ## Why is this bad?
    Nothing fails, since any size fits. The layer runs from sample to sample as if they were steps in time,
    every sample sees those before it in the batch, and each step is on its own: the network learns from its
    neighbours in the batch and cannot repeat that alone. A transformer attends to the other samples.

    ## When it stays silent
    Axes that were moved on the way; packed sequences; data that are not known to come in batches. A rearranged
    output. States of one layer in one direction; batches of one sample.

    ## Fix safety
    Unsafe: the layer reads other axes, so that trained weights mean something else; state tensors keep their
    shape.

    ## Sources
    Documentation of `torch.nn.LSTM` (`batch_first`, default False) and of `torch.utils.data.DataLoader`,
    which stacks samples along the first axis. Humbatova et al. 2020 (wrong input format for an RNN).
    """

    name = "rnn-batch-axis-mismatch"
    code = "TL361"
    family = "recurrent"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "`{layer}` {what}: {effect}"
    help = "{advice}"

    good = [
        Example(
            "batch first, and said so",
            """
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.lstm = nn.LSTM(8, 32, batch_first=True)
                    self.out = nn.Linear(32, 2)

                def forward(self, x):
                    states, _ = self.lstm(x)
                    return self.out(states[:, -1])
            """,
        ),
        Example(
            "steps first, after a permutation",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms

            class Rows(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(28, 32)
                    self.out = nn.Linear(32, 10)

                def forward(self, x):
                    states, _ = self.rnn(x.squeeze(1).permute(1, 0, 2))
                    return self.out(states[-1])

            data = datasets.MNIST("data", transform=transforms.ToTensor())
            net = Rows()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "rows of a picture, batch first",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms

            class Rows(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(28, 32)
                    self.out = nn.Linear(32, 10)

                def forward(self, x):
                    states, last = self.rnn(x)
                    return self.out(states.mean(dim=1))

            data = datasets.MNIST("data", transform=transforms.ToTensor())
            net = Rows()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
                x = x.reshape(64, 28, 28)
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
            at="nn.GRU(28, 32)",
        ),
        Example(
            "the last sample instead of the last step",
            """
            from torch.nn import LSTM as Memory, Embedding, Linear, Module

            class Reader(Module):
                def __init__(self, words):
                    super().__init__()
                    self.embed = Embedding(words, 16)
                    self.memory = Memory(16, 32)
                    self.out = Linear(32, 2)

                def forward(self, x):
                    states, (hidden, cell) = self.memory(self.embed(x))
                    return self.out(states[:, -1, :])
            """,
            at="Memory(16, 32)",
            severity="warning",
            fixed="""
            from torch.nn import LSTM as Memory, Embedding, Linear, Module

            class Reader(Module):
                def __init__(self, words):
                    super().__init__()
                    self.embed = Embedding(words, 16)
                    self.memory = Memory(16, 32, batch_first=True)
                    self.out = Linear(32, 2)

                def forward(self, x):
                    states, (hidden, cell) = self.memory(self.embed(x))
                    return self.out(states[:, -1, :])
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        batches = {run.network: run.batch_size.value for run in plan.runs if run.loader is not None}
        for number, network in enumerate(plan.networks):
            for layer in network.of_kind(*kinds.RECURRENT, *TRANSFORMERS):
                first = layer.settings.get("batch_first")
                if any(mixes_samples(state, reader) for state, reader in reshaped_states(network, layer)):
                    self.report(
                        layer.origin,
                        subject=layer,
                        layer=layer.title,
                        what="gives its state layer by layer",
                        effect="reshaping it mixes the samples",
                        advice="move the batch first: `state.transpose(0, 1).reshape(…)`",
                    )
                if first is None or first.value is None:
                    continue
                laid_out = padded_batch_first(network, layer)
                if laid_out is not None and laid_out != first.value:
                    self.say_padded(layer, laid_out=laid_out)
                    continue
                size = batches.get(number) if context.INFERENCE_ONLY not in plan.context else None
                if not first.value and size is not None and is_batch_first(network, layer, size):
                    self.say(layer, "takes samples for steps", "the batch stands on its first axis", "error")
                elif layer.kind in TRANSFORMERS:
                    continue  # what is taken of its output depends on what the program puts where
                elif not first.value and takes_last(network, layer, axis=1):
                    self.say(
                        layer, "takes steps first", "`[:, -1]` is the last sample, not the last step", "warning"
                    )
                elif first.value and takes_last(network, layer, axis=0):
                    self.say(
                        layer, "takes samples first", "`[-1]` is the last sample, not the last step", "warning"
                    )

    def say_padded(self, layer: Layer, *, laid_out: bool) -> None:
        """`pad_sequence` and the layer disagree: whichever says nothing can say what the other does."""
        self.report(
            layer.origin,
            subject=layer,
            layer=layer.title,
            what="takes steps first" if laid_out else "takes samples first",
            effect=f"`pad_sequence` has put the {'samples' if laid_out else 'steps'} there",
            advice=f"say `batch_first=True` in {'the layer' if laid_out else '`pad_sequence`'}",
        )

    def say(self, layer: Layer, what: str, effect: str, severity: str) -> None:
        first = layer.settings["batch_first"]
        if layer.title in STACKS:
            advice, fix = "say `batch_first=True` in the layer that it repeats", None
        elif first.value:
            advice, fix = "take the last step with `[:, -1]`", None
        elif first.is_written:
            advice, fix = "say `batch_first=True`", replace_value(first, "True", "the layer reads other axes")
        else:
            advice = "say `batch_first=True`, or move the axes before the layer"
            fix = add_argument(layer.origin, "batch_first=True", "unsafe", "the layer reads other axes")
        self.report(
            layer.origin,
            subject=layer,
            severity="error" if severity == "error" else "warning",
            fix=fix,
            layer=layer.title,
            what=what,
            effect=effect,
            advice=advice,
        )


def reshaped_states(network: Network, layer: Layer) -> Iterator[tuple[Layer, Layer]]:
    """The states that a layer gives beside its output, each with what reshapes it."""
    for index in network.users[layer.index]:
        state = network.layers[index]
        if state.title in STATES:
            readers = (network.layers[user] for user in network.users[index])
            yield from ((state, reader) for reader in readers if reader.kind == "reshape")


def mixes_samples(state: Layer, reshaped: Layer) -> bool:
    """Whether (layers, samples, features) becomes one row a sample without the axes being moved."""
    shape, rows = state.output_shape, reshaped.output_shape
    if shape is None or rows is None or len(shape) != 3 or len(rows) != 2:
        return False
    layers, samples, features = shape
    if not isinstance(layers, int) or not isinstance(features, int) or layers == 1 or samples == 1:
        return False
    return rows[1] == layers * features


def is_batch_first(network: Network, layer: Layer, size: int) -> bool:
    """Whether samples come to a layer on the first axis: nothing has moved them, and the size is theirs."""
    shape = layer.input_shape
    if shape is None or len(shape) != 3 or shape[0] != size or shape[1] in (size, 1, None):
        return False
    return any(comes_from_batch(network, network.layers[source], size) for source in layer.inputs)


def comes_from_batch(network: Network, layer: Layer, size: int) -> bool:
    """Whether values reach a layer from a batch of this size without being moved to other axes."""
    if layer.kind in REARRANGING or layer.title == PACKED:
        return False
    if layer.kind == "input":
        return layer.output_shape is None or layer.output_shape[0] == size
    return any(comes_from_batch(network, network.layers[source], size) for source in layer.inputs)


def padded_batch_first(network: Network, layer: Layer) -> bool | None:
    """Whether `pad_sequence` has put the samples first in what a layer reads; None where it is not behind it."""
    source = network.before(layer)
    while source is not None and source.kind in LAYOUT_KEEPING and source.title != PACKED:
        source = network.before(source)
    if source is None or source.title != "pad_sequence":
        return None
    first = source.settings["batch_first"].value
    return first if isinstance(first, bool) else None


def takes_last(network: Network, layer: Layer, *, axis: int) -> bool:
    """Whether of the output, as it comes, the last place of an axis is all that is taken."""
    if layer.input_shape is not None and len(layer.input_shape) != 3:
        return False
    readers = [network.layers[index] for index in network.users[layer.index]]
    taken = [reader for reader in readers if reader.title not in STATES]
    return bool(taken) and all(
        reader.kind == "select" and reader.number("axis") == axis and reader.number("place") == -1
        for reader in taken
    )
