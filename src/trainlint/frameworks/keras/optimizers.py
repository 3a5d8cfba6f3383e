"""Optimizers: as classes of present and earlier releases, and as strings."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Machine
from trainlint.frameworks.facts import OptimizerMade
from trainlint.frameworks.keras.optimizer_signatures import OPTIMIZERS
from trainlint.frameworks.signatures import Signature
from trainlint.syntax.positions import Site
from trainlint.values.join import either
from trainlint.values.value import Instance, Known, OneOf, Reference, Unknown, Value

_PREFIX = "keras.optimizers."
_LEGACY = "keras.optimizers.legacy."

_NO_STRING = ("Lamb", "MultiOptimizer", "LossScaleOptimizer")  # they have none, or need an argument

SPELLINGS = {name.lower(): name for name in OPTIMIZERS if name not in _NO_STRING}
"""Classes by the strings that `keras.optimizers.get` takes, in any case."""

_OLD_TENSORFLOW = {
    "AdamOptimizer": (
        "Adam",
        "learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, use_locking=False",
    ),
    "GradientDescentOptimizer": ("SGD", "learning_rate, use_locking=False"),
    "MomentumOptimizer": (
        "SGD",
        "learning_rate, momentum, use_locking=False, name='Momentum', use_nesterov=False",
    ),
    "RMSPropOptimizer": ("RMSprop", "learning_rate, decay=0.9, momentum=0.0, epsilon=1e-10"),
    "AdagradOptimizer": ("Adagrad", "learning_rate, initial_accumulator_value=0.1"),
    "AdadeltaOptimizer": ("Adadelta", "learning_rate=0.001, rho=0.95, epsilon=1e-08"),
    "FtrlOptimizer": ("Ftrl", "learning_rate, learning_rate_power=-0.5"),
}
"""Optimizers of TensorFlow 1: present class, and signature up to what rules read."""

_LEGACY_SIGNATURES = {
    "SGD": Signature("learning_rate=0.01, momentum=0.0, nesterov=False, name='SGD'"),
    "Adam": Signature(
        "learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False, name='Adam'"
    ),
    "RMSprop": Signature(
        "learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False, name='RMSprop'"
    ),
    "Adagrad": Signature("learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07, name='Adagrad'"),
    "Adadelta": Signature("learning_rate=0.001, rho=0.95, epsilon=1e-07, name='Adadelta'"),
    "Adamax": Signature("learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, name='Adamax'"),
    "Nadam": Signature("learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, name='Nadam'"),
    "Ftrl": Signature("learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1"),
}
"""tf.keras.optimizers.legacy (TensorFlow 2.11 to 2.15); they take `lr=` and `decay=` as well."""

_ADDONS = {
    "AdamW": Signature("weight_decay, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07"),
    "SGDW": Signature("weight_decay, learning_rate=0.001, momentum=0.0, nesterov=False"),
    "RectifiedAdam": Signature(
        "learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, weight_decay=0.0"
    ),
    "LAMB": Signature("learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-06, weight_decay_rate=0.0"),
    "AdaBelief": Signature("learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-14, weight_decay=0.0"),
}
_ADDONS_CLASSES = {"SGDW": "SGD", "RectifiedAdam": "RAdam", "LAMB": "Lamb", "AdaBelief": "AdaBelief"}


_OUTDATED = ("lr", "decay")
"""Arguments that the optimizers of TensorFlow 2.11 to 2.15 ignore and those of Keras 3 refuse
(keras/src/optimizers/base_optimizer.py); the classes in `legacy` still take them."""


def _made(call: Call, name: str, signature: Signature, outdated: tuple[str, ...] = ()) -> Value:
    arguments = call.bind(signature)
    if "lr" in arguments:
        # Earlier releases take `lr`; later ones ignore or refuse it. It says what the author wants, and
        # stays among the arguments for whoever asks how it was spelt.
        arguments["learning_rate"] = arguments["lr"]
    optimizer = Instance(Reference(name), arguments, call.origin)
    found = tuple(old for old in outdated if old in call.arguments.keyword)
    call.machine.note(OptimizerMade(optimizer, "keras", None, call.site, outdated=found))
    return optimizer


def construct(call: Call) -> Value:
    return _made(call, _PREFIX + call.title, OPTIMIZERS[call.title], _OUTDATED)


def construct_legacy(call: Call) -> Value:
    return _made(call, _LEGACY + call.title, _LEGACY_SIGNATURES[call.title])


def construct_old(call: Call) -> Value:
    name, text = _OLD_TENSORFLOW[call.title]
    return _made(call, _PREFIX + name, Signature(text))


def construct_addon(call: Call) -> Value:
    return _made(call, _PREFIX + _ADDONS_CLASSES.get(call.title, call.title), _ADDONS[call.title])


def construct_wrapper(call: Call) -> Value:
    """LossScaleOptimizer: the optimizer inside is the one that matters."""
    inner = call.argument(0, "inner_optimizer", "optimizer")
    return inner if isinstance(inner, Instance) else Unknown("an optimizer that is not known")


def optimizer_from(value: Value, machine: Machine, site: Site) -> Value:
    """The optimizer of a `compile` argument: a string makes one with the library's defaults."""
    if isinstance(value, OneOf):
        return either([optimizer_from(option, machine, site) for option in value.options])
    if isinstance(value, Known) and isinstance(value.value, str):
        name = SPELLINGS.get(value.value.lower())
        if name is None:
            return Unknown(f"the optimizer {value.value}", value.origin)
        optimizer = Instance(
            Reference(_PREFIX + name), OPTIMIZERS[name].bind((), {}, True, name), value.origin
        )
        machine.note(OptimizerMade(optimizer, "keras", None, site))
        return optimizer
    if isinstance(value, Reference) and value.name.removeprefix(_PREFIX) in OPTIMIZERS:
        # The class itself, not an object: Keras refuses it; what was meant is clear.
        return Unknown("a class where an optimizer is expected", value.origin)
    return value


def get(call: Call) -> Value:
    """`keras.optimizers.get('adam')`."""
    value = call.argument(0, "identifier")
    return optimizer_from(value, call.machine, call.site) if value is not None else call.unknown()


FUNCTIONS = (
    {_PREFIX + name: construct for name in OPTIMIZERS if name != "LossScaleOptimizer"}
    | {_LEGACY + name: construct_legacy for name in _LEGACY_SIGNATURES}
    | {f"tensorflow.train.{name}": construct_old for name in _OLD_TENSORFLOW}
    | {f"tensorflow.compat.v1.train.{name}": construct_old for name in _OLD_TENSORFLOW}
    | {f"tensorflow_addons.optimizers.{name}": construct_addon for name in _ADDONS}
    | {
        "keras.optimizers.LossScaleOptimizer": construct_wrapper,
        "keras.mixed_precision.LossScaleOptimizer": construct_wrapper,
        "keras.optimizers.get": get,
    }
)

BASES = {
    **dict.fromkeys(
        (_PREFIX + name for name in [*OPTIMIZERS, "RAdam", "AdaBelief"]), (_PREFIX + "Optimizer",)
    ),
    **{_LEGACY + name: (_PREFIX + name,) for name in _LEGACY_SIGNATURES},
}
