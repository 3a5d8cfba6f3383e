"""timm.create_model and the constructors of timm.models: known architectures with a head of some classes.

timm 1.0 (timm/models/_factory.py, timm/layers).
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.passing_on import an_object, itself, nothing, unknown
from trainlint.frameworks.torch.module import applied
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Shape
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant, integer

NETWORK = "timm.models.Network"
PREFIX = "timm.models."
_CLASSES = Known(1000, Origin(Made.LIBRARY, None, "default of create_model"))

_PARTS = ("timm.layers.",)
_DROPPING = "DropPath"


def is_network(name: str) -> bool:
    """Whether a canonical name is that of an architecture: `timm.models.resnet50`."""
    short = name.removeprefix(PREFIX)
    return name.startswith(PREFIX) and "." not in short and not short[:1].isupper()


def _create(call: Call) -> Value:
    name = constant(call.argument(0, "model_name"))
    short = name.rpartition("/")[2].partition(".")[0] if isinstance(name, str) else "model"
    return network(call, short, call.argument(1, "pretrained"))


def network(call: Call, short: str, pretrained: Value | None) -> Instance:
    """A network of timm by the short name of its architecture."""
    arguments = dict(call.arguments.keyword)
    arguments["pretrained"] = pretrained or Known(False)
    hidden = not call.arguments.complete
    classes = Unknown("hidden by **") if hidden else _CLASSES
    made = Instance(Reference(f"{PREFIX}{short}"), {"num_classes": classes} | arguments, call.origin)
    made.slots["owners"] = Items([made], "tuple")  # what `parameters()` gives belongs to the network itself
    return made


def _reset(call: Call) -> Value:
    classes = call.argument(0, "num_classes")
    if isinstance(call.receiver, Instance) and classes is not None:
        call.machine.write(call.receiver, "reset.num_classes", classes)
    return Known(None)


def _classes(model: Instance) -> Value:
    reset = model.slots.get("reset.num_classes")
    return reset if isinstance(reset, Value) else model.arguments.get("num_classes", _CLASSES)


def _apply(call: Call) -> Value:
    """Features and the head as one layer whose inside is not told; `num_classes=0` gives features."""
    model, given = call.receiver, as_tensor(call.argument(0, "x"))
    if not isinstance(model, Instance) or given is None:
        return call.unknown()
    classes = _classes(model)
    size, batch = integer(classes), given.shape[0] if given.shape else None
    replaced = any(isinstance(model.slots.get(name), Instance) for name in ("fc", "head", "classifier"))
    shape: Shape | None = (batch, size) if size and not replaced else None
    settings: dict[str, Value] = {"pretrained": model.arguments.get("pretrained", Known(None))}
    if shape is not None:
        settings["units"] = classes
    return call.tensor(
        "backbone", (given,), shape, layer=model, settings=settings, parameters=None, title=model.title,
        dtype="float32", library="torch", data=None,
    )  # fmt: skip


def _features(call: Call) -> Value:
    given = as_tensor(call.argument(0, "x"))
    if given is None or not isinstance(call.receiver, Instance):
        return call.unknown()
    pretrained = call.receiver.arguments.get("pretrained", Known(None))
    return call.tensor(
        "backbone", (given,), None, layer=call.receiver, settings={"pretrained": pretrained}, parameters=None,
        title=call.receiver.title, library="torch", data=None,
    )  # fmt: skip


def _drop_path(call: Call) -> Value:
    """Leaves out whole samples of a branch: in expectation the values stay."""
    given, layer = as_tensor(call.argument(0, "x")), call.receiver
    if given is None or not isinstance(layer, Instance):
        return call.unknown()
    rate = layer.arguments.get("drop_prob", layer.arguments.get("*0", Known(0.0)))
    return call.tensor(
        "dropout", (given,), given.shape, layer=layer, settings={"rate": rate}, title=_DROPPING,
        dtype=given.dtype, library="torch",
    )  # fmt: skip


def fallback(call: Call) -> Value | None:
    """A constructor of timm.models, `timm.models.resnet50(pretrained=True)`; None for other names."""
    if is_network(call.name) and not call.title[:1].isupper():
        return network(call, call.title, call.argument(0, "pretrained"))
    if call.name.startswith(_PARTS):
        return an_object(call) if call.title[:1].isupper() else call.unknown()
    return None


def _pair(count: int) -> Handler:
    """`to_2tuple(7)`"""

    def handler(call: Call) -> Value:
        given = call.argument(0, "x")
        if given is None or isinstance(given, Items):
            return given or Unknown("a pair")
        return Items([given] * count, "tuple", origin=call.origin)

    return handler


def _given_tensor(call: Call) -> Value:
    return call.argument(0, "tensor") or Unknown("a tensor")


def _average(call: Call) -> Value:
    """ModelEmaV2(model): a copy that is never trained by gradients."""
    made = an_object(call)
    call.machine.write(made, "module", Unknown("an average of a model"))
    return made


_INITIALISERS = "trunc_normal_ trunc_normal_tf_ variance_scaling_ lecun_normal_".split()

FUNCTIONS: dict[str, Handler] = {
    "timm.create_model": _create,
    "timm.models.create_model": _create,
    "timm.list_models": unknown("names of models"),
    **{f"{part}to_{count}tuple": _pair(count) for part in _PARTS for count in (1, 2, 3, 4)},
    **{f"{part}{name}": _given_tensor for part in _PARTS for name in _INITIALISERS},
    **{f"timm.utils.{name}": _average for name in ("ModelEma", "ModelEmaV2", "ModelEmaV3")},
}

METHODS: dict[str, dict[str, Handler]] = {
    NETWORK: {
        "reset_classifier": _reset,
        "forward_features": _features,
        "forward_head": unknown("what a head gives"),
        "get_classifier": unknown("the head of a network"),
        "set_grad_checkpointing": nothing,
    },
    **{
        f"timm.utils.{name}": {"update": nothing, "set": nothing, "eval": itself, "to": itself}
        for name in ("ModelEma", "ModelEmaV2", "ModelEmaV3")
    },
}

CALLS: dict[str, Handler] = {
    NETWORK: applied(_apply, container=True),
    **{f"{part}{_DROPPING}": applied(_drop_path) for part in _PARTS},
}


def bases(name: str) -> tuple[str, ...]:
    """The classes that a class of timm's models and layers inherits from."""
    if name == NETWORK:
        return ("torch.nn.Module",)
    if is_network(name):
        return (NETWORK,)
    return ("torch.nn.Module",) if name.startswith(_PARTS) and name.rpartition(".")[2][:1].isupper() else ()
