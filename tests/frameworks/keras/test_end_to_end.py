"""From a model and its data to what would be trained."""

from __future__ import annotations

from typing import Any

import pytest

from tests.frameworks.pretend import SITE, PretendMachine
from trainlint.frameworks import arithmetic
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import CompileCalled, FitCalled, NetworkApplied, OptimizerMade
from trainlint.frameworks.keras.graph import operations_of
from trainlint.frameworks.keras.models import outputs_of
from trainlint.frameworks.keras.training import objectives
from trainlint.values.origin import Made
from trainlint.values.value import Items, Known, constant


@pytest.fixture
def machine() -> PretendMachine:
    return PretendMachine()


def layer(machine: PretendMachine, title: str, /, *positional: Any, **keyword: Any) -> Any:
    return machine.of(f"keras.layers.{title}", *positional, **keyword)


def kinds(machine: PretendMachine, model: Any) -> list[str]:
    output = outputs_of(model, machine, SITE)
    return [made.operation.kind for made in operations_of([output]) if made.operation]


def divided(machine: PretendMachine, tensor: Any, by: float) -> Any:
    right = Known(by)
    return arithmetic.binary("/", tensor, right, Call("/", Arguments((tensor, right)), SITE, machine))


def test_a_sequential_model_from_data_to_loss(machine: PretendMachine) -> None:
    train, _ = machine.of("keras.datasets.mnist.load_data").items
    x, y = train.items
    assert (x.low, x.high, constant(x.data.samples)) == (0, 255, 60_000)
    x = divided(machine, x, 255.0)
    model = machine.of("keras.Sequential")
    machine.do(model, "add", layer(machine, "Flatten", input_shape=(28, 28)))
    machine.do(model, "add", layer(machine, "Dense", 128, activation="relu"))
    machine.do(model, "add", layer(machine, "Dropout", 0.2))
    machine.do(model, "add", layer(machine, "Dense", 10, activation="softmax"))
    machine.do(
        model, "compile", optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    machine.do(model, "fit", x, y, epochs=5, validation_split=0.1)

    [optimizer] = machine.noted(OptimizerMade)
    assert optimizer.optimizer.title == "Adam"
    rate = optimizer.optimizer.arguments["learning_rate"]
    assert rate.value == 0.001
    assert rate.origin.made is Made.LIBRARY
    [fit] = machine.noted(FitCalled)
    assert constant(fit.settings["epochs"]) == 5
    assert constant(fit.settings["batch_size"]) == 32
    assert constant(fit.settings["validation"]) is True
    assert constant(fit.inputs.data.samples) == 54_000
    [compiled] = machine.noted(CompileCalled)
    [objective] = objectives(compiled, machine)
    assert objective.loss == "sparse_categorical_cross_entropy"
    assert constant(objective.takes_logits) is False
    assert [metric.name for metric in objective.metrics] == ["accuracy"]
    assert kinds(machine, model) == ["input", "flatten", "linear", "relu", "dropout", "linear", "softmax"]
    graph = operations_of([objective.prediction])
    assert (graph[0].low, graph[0].high) == (0.0, 1.0)
    assert sum(made.operation.parameters or 0 for made in graph) == 784 * 128 + 128 + 128 * 10 + 10


def test_a_functional_model_keeps_its_graph(machine: PretendMachine) -> None:
    inputs = machine.of("keras.Input", shape=(32, 32, 3))
    x = machine.apply(layer(machine, "Conv2D", 16, 3, padding="same"), inputs)
    x = machine.apply(layer(machine, "BatchNormalization"), x)
    x = machine.apply(layer(machine, "Activation", "relu"), x)
    y = machine.apply(layer(machine, "Conv2D", 16, 3, padding="same"), x)
    x = machine.apply(layer(machine, "Add"), [x, y])
    x = machine.apply(layer(machine, "GlobalAveragePooling2D"), x)
    outputs = machine.apply(layer(machine, "Dense", 10), x)
    model = machine.of("keras.Model", inputs=inputs, outputs=outputs)
    assert kinds(machine, model) == [
        "input", "conv2d", "batch_norm", "relu", "conv2d", "add", "global_avg_pool", "linear",
    ]  # fmt: skip
    assert len(machine.get(model, "layers").items) == 8


def test_a_functional_model_on_other_data_has_its_layers(machine: PretendMachine) -> None:
    inputs = machine.of("keras.Input", shape=(8,))
    inner = machine.of("keras.Model", inputs, machine.apply(layer(machine, "Dense", 4), inputs))
    outer_inputs = machine.of("keras.Input", shape=(8,))
    output = machine.apply(inner, outer_inputs)
    assert output.operation.inputs[0] is outer_inputs
    assert output.operation.layer is machine.get(inner, "layers").items[1]


def test_models_nest_in_a_sequential_model(machine: PretendMachine) -> None:
    inner = machine.of("keras.Sequential", [layer(machine, "Dense", 4, activation="relu")])
    outer = machine.of(
        "keras.Sequential", [machine.of("keras.Input", shape=(8,)), inner, layer(machine, "Dense", 2)]
    )
    assert kinds(machine, outer) == ["input", "linear", "relu", "linear"]


def test_what_is_not_known_leaves_a_hole_in_the_graph(machine: PretendMachine) -> None:
    from trainlint.values.value import Unknown

    model = machine.of("keras.Sequential", [layer(machine, "Dense", 4, input_dim=3), Unknown("a layer")])
    assert kinds(machine, model) == ["input", "linear", "unknown"]


def test_losses_of_several_outputs_go_by_name(machine: PretendMachine) -> None:
    inputs = machine.of("keras.Input", shape=(8,))
    first = machine.apply(layer(machine, "Dense", 1, activation="sigmoid", name="gate"), inputs)
    second = machine.apply(layer(machine, "Dense", 3, name="position"), inputs)
    model = machine.of("keras.Model", inputs, [first, second])
    machine.do(model, "compile", "sgd", {"position": "mse", "gate": "binary_crossentropy"})
    [compiled] = machine.noted(CompileCalled)
    found = objectives(compiled, machine)
    assert [(objective.loss, objective.prediction) for objective in found] == [
        ("mse", second),
        ("binary_cross_entropy", first),
    ]


@pytest.mark.parametrize(
    ("loss", "word", "logits"),
    [
        ("MSE", "mse", False),
        ("mean_squared_error", "mse", False),
        ("SparseCategoricalCrossentropy", "sparse_categorical_cross_entropy", False),
    ],
)
def test_losses_by_string(machine: PretendMachine, loss: str, word: str, logits: bool) -> None:
    model = machine.of("keras.Sequential", [layer(machine, "Dense", 4, input_dim=3)])
    machine.do(model, "compile", loss=loss)
    [compiled] = machine.noted(CompileCalled)
    [objective] = objectives(compiled, machine)
    assert (objective.loss, constant(objective.takes_logits)) == (word, logits)


def test_a_loss_object_that_takes_logits(machine: PretendMachine) -> None:
    model = machine.of("keras.Sequential", [layer(machine, "Dense", 4, input_dim=3)])
    loss = machine.of("keras.losses.CategoricalCrossentropy", from_logits=True)
    machine.do(model, "compile", loss=loss)
    [compiled] = machine.noted(CompileCalled)
    [objective] = objectives(compiled, machine)
    assert constant(objective.takes_logits) is True
    assert objective.loss == "categorical_cross_entropy"


def test_no_loss_no_objective(machine: PretendMachine) -> None:
    model = machine.of("keras.Sequential", [layer(machine, "Dense", 4, input_dim=3)])
    machine.do(model, "compile", optimizer="adam")
    [compiled] = machine.noted(CompileCalled)
    assert objectives(compiled, machine) == []


def test_a_loss_in_a_hand_written_loop(machine: PretendMachine) -> None:
    from trainlint.frameworks.facts import LossApplied

    model = machine.of("keras.Sequential", [layer(machine, "Dense", 4, input_dim=3)])
    x = machine.of("numpy.random.rand", 100, 3)
    y = machine.of("numpy.random.randint", 0, 4, (100,))
    loss = machine.of("keras.losses.SparseCategoricalCrossentropy", from_logits=True)
    machine.apply(loss, y, machine.apply(model, x))
    [applied] = machine.noted(LossApplied)
    assert applied.target is y
    assert applied.prediction.shape == (100, 4)
    assert [kind for kind, _ in machine.happened] == ["forward", "loss"]


def test_freezing_a_model_freezes_its_layers(machine: PretendMachine) -> None:
    from trainlint.frameworks import catalogue
    from trainlint.frameworks.call import Arguments, Call

    dense = layer(machine, "Dense", 4, input_dim=3)
    model = machine.of("keras.Sequential", [dense])
    handler = catalogue.assignment(model, "trainable")
    assert handler is not None
    handler(Call("trainable", Arguments((Known(False),)), SITE, machine, model))
    assert constant(machine.get(dense, "trainable")) is False


def test_layers_may_be_optional(machine: PretendMachine) -> None:
    from trainlint.values.value import ABSENT, OneOf

    dropout = OneOf((layer(machine, "Dropout", 0.5), ABSENT))
    model = machine.of("keras.Sequential")
    machine.write(model.slots["layers"], "items", (layer(machine, "Dense", 4, input_dim=3), dropout))
    assert kinds(machine, model) == ["input", "linear", "dropout", "either"]


def test_random_data_has_a_known_size(machine: PretendMachine) -> None:
    x = machine.of("numpy.random.rand", 100, 10)
    assert x.data.random
    assert constant(x.data.samples) == 100
    shape = machine.get(x, "shape")
    assert isinstance(shape, Items)
    assert [constant(size) for size in shape.items] == [100, 10]


def test_functions_that_merge_are_layers(machine: PretendMachine) -> None:
    inputs = machine.of("keras.Input", shape=(4, 4, 3))
    merged = machine.of("keras.layers.concatenate", [inputs, inputs], axis=-1)
    assert (merged.operation.kind, merged.shape[-1]) == ("concatenate", 6)


def test_putting_models_together_runs_nothing(machine: PretendMachine) -> None:
    model = machine.of("keras.Sequential", [layer(machine, "Dense", 4)])
    machine.apply(model, machine.of("keras.Input", shape=(3,)))
    assert machine.happened == []
    assert machine.noted(NetworkApplied) == []
    machine.apply(model, machine.of("numpy.zeros", (5, 3)))
    assert len(machine.noted(NetworkApplied)) == 1


def test_the_target_of_an_objective_is_what_was_fitted(machine: PretendMachine) -> None:
    model = machine.of("keras.Sequential", [layer(machine, "Dense", 10, activation="softmax")])
    machine.do(model, "compile", loss="categorical_crossentropy")
    x = machine.of("numpy.random.rand", 100, 3)
    labels = machine.of("keras.utils.to_categorical", machine.of("numpy.random.randint", 10, size=(100,)), 10)
    machine.do(model, "fit", x, labels)
    [compiled] = machine.noted(CompileCalled)
    [objective] = objectives(compiled, machine, labels)
    assert objective.target is labels
    assert (labels.shape, labels.data.encoding) == ((100, 10), "one_hot")
    assert objective.prediction.shape[-1] == 10


def test_a_data_set_is_mapped_and_batched(machine: PretendMachine) -> None:
    train, _ = machine.of("keras.datasets.cifar10.load_data").items
    data = machine.of("tensorflow.data.Dataset.from_tensor_slices", train)
    data = machine.do(data, "map", lambda x, y: Items([divided(machine, x, 255.0), y], "tuple"))
    data = machine.do(machine.do(machine.do(data, "take", 500), "shuffle", 100), "batch", 20)
    x, y = data.slots["element"].items
    assert (x.low, x.high) == (0.0, 1.0)
    assert [str(size) for size in x.shape] == ["batch", "32", "32", "3"]
    assert [str(size) for size in y.shape] == ["batch", "1"]
    assert (constant(x.data.samples), x.data.full_samples) == (500, 50_000)
    assert constant(data.arguments["batch_size"]) == 20
    assert constant(data.arguments["shuffle"]) is True


def test_a_backbone_is_one_operation(machine: PretendMachine) -> None:
    base = machine.of("keras.applications.MobileNetV2", include_top=False, input_shape=(96, 96, 3))
    output = machine.apply(base, machine.of("keras.Input", shape=(96, 96, 3)))
    assert output.operation.kind == "backbone"
    assert output.operation.layer is base
    assert output.shape[1:] == (3, 3, 1280)
    assert constant(base.slots["pretrained"]) is True


@pytest.mark.parametrize(("arguments", "bounds"), [({"rescale": 1 / 255}, (0.0, 1.0)), ({}, (0.0, 255.0))])
def test_images_of_a_folder(machine: PretendMachine, arguments: dict[str, Any], bounds: Any) -> None:
    generator = machine.of("keras.preprocessing.image.ImageDataGenerator", horizontal_flip=True, **arguments)
    flow = machine.do(generator, "flow_from_directory", "data", target_size=(64, 64), batch_size=8)
    images, labels = flow.slots["element"].items
    assert (images.low, images.high) == bounds
    assert images.data.augmented
    assert labels.data.encoding == "one_hot"
    assert constant(flow.slots["batch_size"]) == 8


def test_freezing_some_layers_of_a_backbone_leaves_it_open(machine: PretendMachine) -> None:
    from trainlint.frameworks import catalogue
    from trainlint.values.value import Unknown

    base = machine.of("keras.applications.VGG16", include_top=False)
    [part] = machine.get(base, "layers").items
    handler = catalogue.assignment(part, "trainable")
    assert handler is not None
    handler(Call("trainable", Arguments((Known(False),)), SITE, machine, part))
    assert isinstance(machine.get(base, "trainable"), Unknown)


def test_a_distributed_layer_reads_the_whole_sequence(machine: PretendMachine) -> None:
    inputs = machine.of("keras.Input", shape=(5, 8))
    dense = layer(machine, "Dense", 4, activation="relu")
    output = machine.apply(layer(machine, "TimeDistributed", dense), inputs)
    graph = operations_of([output])
    assert graph[0] is inputs
    assert [made.shape[1:] for made in graph] == [(5, 8), (5, 4), (5, 4)]
