"""skorch: networks with the interface of scikit-learn.

skorch 1.2 (skorch/net.py, classifier.py, regressor.py). `NeuralNetClassifier` takes the logarithm of what the
module gives before `NLLLoss`, so that loss is no objective of the plan.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.gradient_descent import descend
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import itself, object_or_unknown, unknown
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import Instance, Known, Reference, Unknown, Value

NET = "skorch.NeuralNet"

_TEXT = (
    "module, criterion={criterion}, optimizer=torch.optim.SGD, lr=0.01, max_epochs=10, batch_size=128, "
    "iterator_train=None, iterator_valid=None, dataset=None, train_split={split}, callbacks=None"
)
NETS: dict[str, Signature] = {
    NET: Signature(_TEXT.format(criterion="None", split="True")),
    "skorch.NeuralNetClassifier": Signature(_TEXT.format(criterion="torch.nn.NLLLoss", split="True")),
    "skorch.NeuralNetBinaryClassifier": Signature(
        _TEXT.format(criterion="torch.nn.BCEWithLogitsLoss", split="True")
    ),
    "skorch.NeuralNetRegressor": Signature(_TEXT.format(criterion="torch.nn.MSELoss", split="True")),
}


def _net(name: str) -> Handler:
    def handler(call: Call) -> Value:
        return Instance(Reference(name), call.bind(NETS[name]), call.origin)

    return handler


def _fit(call: Call) -> Value:
    net = call.receiver
    if not isinstance(net, Instance):
        return call.unknown()
    settings = net.arguments
    module = _made(call, net, "module", ())
    parameters = call.machine.call(
        call.machine.attribute(module, "parameters", call.site), Arguments(), call.site
    )
    optimizer = _made(call, net, "optimizer", (parameters,), lr=settings.get("lr", Unknown("a rate")))
    inputs, targets = call.argument(0, "X"), call.argument(1, "y")
    told = {
        "epochs": settings.get("max_epochs", Unknown("epochs")),
        "batch_size": settings.get("batch_size", Unknown("the size of a batch")),
        "callbacks": settings.get("callbacks", Unknown("callbacks")),
        "validation": Known(True) if isinstance(settings.get("train_split"), Known) else Unknown("a split"),
    }
    if inputs is not None:
        told["data"] = inputs
    with (
        call.machine.repeated("epochs", call.site, times=told["epochs"], told=told),
        call.machine.repeated("batches", call.site),
    ):
        prediction = call.machine.call(module, Arguments((inputs or Unknown("inputs"),)), call.site)
        loss: Value = Unknown("a loss")
        criterion = settings.get("criterion")
        if not (isinstance(criterion, Reference) and criterion.name.endswith("NLLLoss")):
            made = _made(call, net, "criterion", ())
            loss = call.machine.call(made, Arguments((prediction, targets or Unknown("targets"))), call.site)
        descend(call, [optimizer], loss)
    return net


def _made(call: Call, net: Instance, part: str, positional: tuple[Value, ...], **keyword: Value) -> Value:
    """A part of a net: its class with the arguments `part__name`, or an object that was passed."""
    given = net.arguments.get(part, Unknown(f"the {part} of a net"))
    if isinstance(given, Instance) and part != "optimizer":
        return given
    prefix = f"{part}__"
    own = {
        name.removeprefix(prefix): value for name, value in net.arguments.items() if name.startswith(prefix)
    }
    return call.machine.call(given, Arguments(positional, {**keyword, **own}), call.site)


LIBRARY = Library(
    functions={name: _net(name) for name in NETS},
    methods={
        NET: {
            "fit": _fit,
            "partial_fit": _fit,
            "initialize": itself,
            "predict": unknown("what a net predicts"),
            "predict_proba": unknown("what a net predicts"),
            "score": unknown("a score"),
        }
    },
    bases=lambda name: (NET,) if name in NETS and name != NET else (),
    fallback=object_or_unknown,
)
