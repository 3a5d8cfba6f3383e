"""Losses, optimizers, loaders, freezing and modes: what is noted and what happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.frameworks.pretend import SITE, Native, PretendMachine
from tests.frameworks.torch.comparison import shapes
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import LoaderMade, LossApplied, NetworkApplied, OptimizerMade
from trainlint.frameworks.torch.optimizers import group_setting, groups_of
from trainlint.frameworks.torch.parameters import is_trainable, owners_of
from trainlint.values.tensor import BATCH, DataFacts, Tensor
from trainlint.values.value import Instance, Items, Known, Mapped, Unknown, Value, constant


def tensor(*shape: Any, dtype: str = "float32", **fields: Any) -> Tensor:
    return Tensor(shape=shape, dtype=dtype, library="torch", **fields)


def element(machine: PretendMachine, value: Instance) -> Any:
    """What one turn of a loop gives."""
    handler = catalogue.element(value)
    assert handler is not None
    return handler(Call("__iter__", Arguments(), SITE, machine, value))


def linear(machine: PretendMachine, *sizes: int) -> Any:
    return machine.of("torch.nn.Linear", *sizes)


# -- losses -----------------------------------------------------------------------------------------------

LOSSES: list[tuple[str, str, tuple[int, ...], tuple[int, ...], str, bool | None]] = [
    ("CrossEntropyLoss", "cross_entropy", (4, 10), (4,), "int64", True),
    ("CrossEntropyLoss", "cross_entropy", (4, 10, 6), (4, 6), "int64", True),
    ("NLLLoss", "nll", (4, 10), (4,), "int64", False),
    ("BCELoss", "binary_cross_entropy", (4, 1), (4, 1), "float32", False),
    ("BCEWithLogitsLoss", "binary_cross_entropy", (4, 1), (4, 1), "float32", True),
    ("MSELoss", "mse", (4, 1), (4, 1), "float32", None),
    ("L1Loss", "mae", (4, 1), (4, 1), "float32", None),
    ("SmoothL1Loss", "smooth_l1", (4, 1), (4, 1), "float32", None),
    ("HuberLoss", "huber", (4, 1), (4, 1), "float32", None),
    ("KLDivLoss", "kl_divergence", (4, 3), (4, 3), "float32", False),
]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("name", "word", "first", "second", "dtype", "logits"), LOSSES)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
def test_a_loss_is_noted(
    machine: PretendMachine,
    name: str,
    word: str,
    first: tuple[int, ...],
    second: tuple[int, ...],
    dtype: str,
    logits: bool | None,
    reduction: str,
) -> None:
    loss = machine.of(f"torch.nn.{name}", reduction=reduction)
    prediction, target = tensor(*first), tensor(*second, dtype=dtype)
    result = machine.apply(loss, prediction, target)
    (fact,) = machine.noted(LossApplied)
    assert (fact.loss, fact.prediction, fact.target) == (word, prediction, target)
    assert constant(fact.takes_logits) is logits
    assert fact.loss_origin is loss.origin
    assert ("loss", {"loss": result}) in machine.happened
    real = getattr(torch.nn, name)(reduction=reduction)(
        torch.full(first, 0.5), torch.zeros(second, dtype=getattr(torch, dtype))
    )
    assert result.shape == tuple(real.shape)


def test_a_functional_loss_is_noted(machine: PretendMachine) -> None:
    prediction, target = tensor(4, 10), tensor(4, dtype="int64")
    machine.of("torch.nn.functional.cross_entropy", prediction, target, label_smoothing=0.1)
    (fact,) = machine.noted(LossApplied)
    assert fact.title == "F.cross_entropy"
    assert constant(fact.settings["label_smoothing"]) == 0.1


def test_backward_happens_to_the_loss(machine: PretendMachine) -> None:
    result = machine.of("torch.nn.functional.mse_loss", tensor(4, 1), tensor(4, 1))
    machine.do(result, "backward")
    assert machine.happened[-1] == ("backward", {"loss": result})


# -- optimizers -------------------------------------------------------------------------------------------


def test_an_optimizer_knows_whose_weights_it_changes(machine: PretendMachine) -> None:
    layer = linear(machine, 3, 4)
    optimizer = machine.of("torch.optim.Adam", machine.do(layer, "parameters"), lr=1e-8)
    (fact,) = machine.noted(OptimizerMade)
    assert fact.optimizer is optimizer
    assert fact.owners == (layer,)
    assert constant(optimizer.arguments["lr"]) == 1e-8
    assert constant(optimizer.arguments["eps"]) == 1e-8


def test_weights_of_several_modules(machine: PretendMachine) -> None:
    one, other = linear(machine, 3, 4), linear(machine, 4, 5)
    parts = [machine.do(one, "parameters"), machine.do(other, "parameters")]
    assert owners_of(Items(parts)) == (one, other)


def test_groups_have_settings_of_their_own(machine: PretendMachine) -> None:
    one, other = linear(machine, 3, 4), linear(machine, 4, 5)
    groups = [
        {"params": machine.do(one, "parameters"), "lr": 1e-5},
        {"params": machine.do(other, "parameters")},
    ]
    optimizer = machine.of("torch.optim.AdamW", groups, lr=1e-3)
    assert [constant(group.slots["lr"]) for group in groups_of(optimizer)] == [1e-5, 1e-3]
    assert group_setting(optimizer, "lr") is None
    (fact,) = machine.noted(OptimizerMade)
    assert fact.owners == (one, other)


def test_a_rate_written_into_the_groups_is_found(machine: PretendMachine) -> None:
    optimizer = machine.of("torch.optim.SGD", machine.do(linear(machine, 3, 4), "parameters"), lr=0.1)
    (group,) = machine.get(optimizer, "param_groups").items
    machine.write(group, "lr", Known(0.5))
    assert constant(group_setting(optimizer, "lr")) == 0.5


def test_an_optimizer_of_inputs_has_no_owners(machine: PretendMachine) -> None:
    image = machine.do(machine.of("torch.rand", 1, 3, 8, 8), "requires_grad_")
    machine.of("torch.optim.Adam", [image])
    (fact,) = machine.noted(OptimizerMade)
    assert fact.owners == ()


def test_unknown_parameters_have_unknown_owners(machine: PretendMachine) -> None:
    machine.of("torch.optim.Adam", Unknown("from elsewhere"))
    (fact,) = machine.noted(OptimizerMade)
    assert fact.owners is None


def test_a_step_with_a_closure_runs_it(machine: PretendMachine) -> None:
    optimizer = machine.of("torch.optim.LBFGS", machine.do(linear(machine, 3, 4), "parameters"))
    loss = tensor()

    def closure() -> Value:
        machine.do(loss, "backward")
        return loss

    assert machine.do(optimizer, "step", Native(closure)) is loss
    assert [kind for kind, _ in machine.happened] == ["backward", "step"]


def test_mixed_precision(machine: PretendMachine) -> None:
    optimizer = machine.of("torch.optim.SGD", machine.do(linear(machine, 3, 4), "parameters"))
    scaler, loss = machine.of("torch.amp.GradScaler", "cuda"), tensor()
    machine.do(machine.do(scaler, "scale", loss), "backward")
    machine.do(scaler, "unscale_", optimizer)
    machine.do(scaler, "step", optimizer)
    machine.do(scaler, "update")
    kinds = [kind for kind, _ in machine.happened]
    assert kinds == ["scale", "backward", "unscale", "step", "scaler_update"]
    assert machine.happened[3][1]["optimizer"] is optimizer


# -- modules ----------------------------------------------------------------------------------------------


def test_freezing_by_method_and_by_loop(machine: PretendMachine) -> None:
    inner, head = linear(machine, 3, 4), linear(machine, 4, 2)
    network = machine.of("torch.nn.Sequential", inner, head)
    machine.do(inner, "requires_grad_", False)
    assert (is_trainable(inner), is_trainable(head)) == (False, True)
    weight = element(machine, machine.do(network, "parameters"))
    assert owners_of(weight) == (network,)
    handler = catalogue.assignment(weight, "requires_grad")
    assert handler is not None
    handler(Call("requires_grad", Arguments((Known(False),)), SITE, machine, weight))
    assert (is_trainable(inner), is_trainable(head)) == (False, False)


def test_modes_and_gradients(machine: PretendMachine) -> None:
    network = linear(machine, 3, 4)
    assert machine.do(network, "to", "cuda") is network
    machine.do(network, "train")
    machine.do(network, "eval")
    machine.do(network, "train", False)
    machine.do(network, "zero_grad")
    manager = machine.of("torch.no_grad")
    machine.do(manager, "__enter__")
    machine.do(manager, "__exit__")
    assert [kind for kind, _ in machine.happened] == [
        "train_mode", "eval_mode", "eval_mode", "zero_grad", "no_grad_enter", "no_grad_exit",
    ]  # fmt: skip


def test_a_network_is_noted_once_it_is_applied(machine: PretendMachine) -> None:
    network = machine.of("torch.nn.Sequential", linear(machine, 3, 4), machine.of("torch.nn.ReLU"))
    output = machine.apply(network, tensor(BATCH, 3))
    facts = machine.noted(NetworkApplied)
    assert [(fact.network, fact.depth) for fact in facts] == [(network, 0)]
    assert output.shape == (BATCH, 4)
    assert (output.low, output.operation.kind) == (0.0, "relu")


def test_unknown_inputs_become_placeholders(machine: PretendMachine) -> None:
    output = machine.apply(linear(machine, 3, 4), Unknown("from a file"))
    assert isinstance(output, Tensor)
    assert output.operation is not None
    assert output.operation.kind == "linear"


def test_containers(machine: PretendMachine) -> None:
    one, other = linear(machine, 3, 4), linear(machine, 4, 5)
    several = machine.of("torch.nn.ModuleList", [one])
    machine.do(several, "append", other)
    assert machine.do(several, "__getitem__", 1) is other
    assert constant(machine.do(several, "__len__")) == 2
    assert machine.do(several, "__iter__").items == (one, other)
    named = machine.of("torch.nn.ModuleDict", {"a": one})
    machine.do(named, "__setitem__", "b", other)
    assert machine.do(named, "__getitem__", "b") is other
    assert owners_of(machine.do(named, "parameters")) == (named,)
    children = [child for _, child in _pairs(machine.do(named, "named_children"))]
    assert children == [one, other]
    ordered = machine.of("torch.nn.Sequential", Mapped({"first": one, "second": other}))
    assert machine.get(ordered, "first") is one
    assert machine.apply(ordered, tensor(2, 3)).shape == (2, 5)


def _pairs(value: Items) -> list[tuple[Value, ...]]:
    return [item.items for item in value.items if isinstance(item, Items)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Linear", (3, 4)), ("Conv2d", (4, 6, 3)), ("ConvTranspose2d", (4, 6, 3)), ("Embedding", (10, 4)),
        ("BatchNorm2d", (5,)), ("LayerNorm", (5,)), ("GroupNorm", (2, 6)),
    ],
)  # fmt: skip
def test_weights_know_whose_they_are(machine: PretendMachine, name: str, arguments: tuple[int, ...]) -> None:
    layer = machine.of(f"torch.nn.{name}", *arguments)
    weight = machine.get(layer, "weight")
    assert weight.shape == tuple(getattr(torch.nn, name)(*arguments).weight.shape)
    assert owners_of(weight) == (layer,)


def test_a_parallel_wrapper_is_the_module(machine: PretendMachine) -> None:
    network = linear(machine, 3, 4)
    wrapped = machine.of("torch.nn.parallel.DistributedDataParallel", network, device_ids=[0])
    assert wrapped is network
    assert machine.get(wrapped, "module") is network
    assert owners_of(machine.do(wrapped, "parameters")) == (network,)


# -- data -------------------------------------------------------------------------------------------------


def test_a_loader_gives_batches(machine: PretendMachine) -> None:
    images = machine.of("torch.randn", 100, 3, 8, 8)
    labels = machine.of("torch.randint", 0, 10, (100,))
    dataset = machine.of("torch.utils.data.TensorDataset", images, labels)
    loader = machine.of("torch.utils.data.DataLoader", dataset, batch_size=16, shuffle=True)
    assert [fact.loader for fact in machine.noted(LoaderMade)] == [loader]
    batch = element(machine, loader)
    assert shapes(batch) == ((16, 3, 8, 8), (16,))
    assert constant(batch.items[0].data.samples) == 100
    assert batch.items[0].data.random
    assert (batch.items[1].data.encoding, batch.items[1].data.classes) == ("index", 10)
    assert constant(machine.do(loader, "__len__")) == 7
    assert constant(machine.do(dataset, "__len__")) == 100


def test_a_subset_has_fewer_samples(machine: PretendMachine) -> None:
    dataset = machine.of("torchvision.datasets.MNIST", "data", train=True)
    part = machine.of("torch.utils.data.Subset", dataset, Known(range(100)))
    image, _ = element(machine, machine.of("torch.utils.data.DataLoader", part, 10)).items
    assert (constant(image.data.samples), image.data.full_samples) == (100, 60_000)


@pytest.mark.parametrize("lengths", [[50_000, 10_000], [0.8, 0.2], [1 / 3, 1 / 3, 1 / 3]])
def test_random_split(machine: PretendMachine, lengths: list[float]) -> None:
    dataset = machine.of("torchvision.datasets.MNIST", "data")
    parts = machine.of("torch.utils.data.random_split", dataset, lengths).items
    real = torch.utils.data.random_split(range(60_000), lengths)  # type: ignore[arg-type]
    assert [constant(machine.do(part, "__len__")) for part in parts] == [len(part) for part in real]


PIPELINES: list[
    tuple[Callable[[Any], list[Value]], tuple[Any, ...], float | None, float | None, str | None]
] = [
    (lambda t: [t("ToTensor")], (1, 28, 28), 0.0, 1.0, "float32"),
    (lambda t: [t("PILToTensor")], (1, 28, 28), 0.0, 255.0, "uint8"),
    (lambda t: [t("ToTensor"), t("Normalize", (0.5,), (0.5,))], (1, 28, 28), -1.0, 1.0, "float32"),
    (lambda t: [t("Resize", (32, 40)), t("ToTensor")], (1, 32, 40), 0.0, 1.0, "float32"),
    (lambda t: [t("Resize", 32), t("CenterCrop", 20), t("ToTensor")], (1, 20, 20), 0.0, 1.0, "float32"),
    (
        lambda t: [t("Grayscale", 3), t("RandomHorizontalFlip"), t("ToTensor")],
        (3, 28, 28),
        0.0,
        1.0,
        "float32",
    ),
]


@pytest.mark.parametrize(("steps", "shape", "low", "high", "dtype"), PIPELINES)
def test_transforms(
    machine: PretendMachine,
    steps: Callable[[Any], list[Value]],
    shape: tuple[Any, ...],
    low: float | None,
    high: float | None,
    dtype: str | None,
) -> None:
    def made(name: str, *arguments: Any) -> Value:
        found: Value = machine.of(f"torchvision.transforms.{name}", *arguments)
        return found

    compose = machine.of("torchvision.transforms.Compose", steps(made))
    dataset = machine.of("torchvision.datasets.MNIST", "data", train=False, transform=compose)
    image, label = element(machine, machine.of("torch.utils.data.DataLoader", dataset, 5)).items
    assert (image.shape, image.low, image.high, image.dtype) == ((5, *shape), low, high, dtype)
    assert (image.data.dataset, image.data.role, image.data.classes) == ("mnist", "test", 10)
    assert (label.shape, label.dtype, label.high) == ((5,), "int64", 9.0)


def test_statistics_of_a_data_set_standardise(machine: PretendMachine) -> None:
    normalise = machine.of("torchvision.transforms.Normalize", (0.1307,), (0.3081,))
    image = tensor(1, 28, 28, low=0.0, high=1.0, data=DataFacts(image=True))
    assert machine.apply(normalise, image).scale == "standardised"


def test_a_replaced_head_decides_the_output(machine: PretendMachine) -> None:
    network = machine.of("torchvision.models.resnet18", weights="DEFAULT")
    assert machine.apply(network, tensor(2, 3, 224, 224)).shape == (2, 1000)
    features = machine.get(machine.get(network, "fc"), "in_features")
    width = features if isinstance(features, Known) else machine.get(network, "fc").arguments["in_features"]
    machine.write(network, "fc", machine.of("torch.nn.Linear", width, 5))
    assert machine.apply(network, tensor(2, 3, 224, 224)).shape == (2, 5)
