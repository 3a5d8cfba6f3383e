"""Training loops in JAX: a Keras model and optimizer whose state goes in and comes out.

keras/src/layers/layer.py (`stateless_call`), keras/src/optimizers/base_optimizer.py (`stateless_apply`) and the
documentation of jax.value_and_grad.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import first
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

DIFFERENTIATED = ("jax.value_and_grad", "jax.grad")


def stateless_call(call: Call) -> Value:
    """`model.stateless_call(trainable, others, x)`: the output and the state, and the losses where asked for."""
    keyword = dict(call.arguments.keyword)
    with_losses = constant(keyword.pop("return_losses", None))
    variables = ("trainable_variables", "non_trainable_variables")
    by_name = sum(keyword.pop(name, None) is not None for name in variables)
    inputs = call.arguments.positional[len(variables) - by_name :]
    arguments = Arguments(inputs, keyword, call.arguments.complete)
    assert call.receiver is not None
    output = call.machine.call(call.receiver, arguments, call.site)
    state: list[Value] = [Unknown("the state of a model")]
    if with_losses:
        state.append(Unknown("the losses of the layers"))
    return Items([output, *state], "tuple", origin=call.origin)


def stateless_apply(call: Call) -> Value:
    call.machine.happen("step", call.site, optimizer=call.receiver)
    state = [Unknown("weights", call.origin), Unknown("the state of an optimizer", call.origin)]
    return Items(state, "tuple", origin=call.origin)


def _differentiated(call: Call) -> Value:
    function = call.argument(0, "fun") or Unknown("a function")
    carries_more = call.argument(2, "has_aux") or Known(False)
    return Instance(Reference(call.name), {"fun": function, "has_aux": carries_more}, call.origin)


def _value_and_gradient(call: Call) -> Value:
    """Runs the function: its first result is the loss."""
    return Items([_loss(call), Unknown("gradients", call.origin)], "tuple", origin=call.origin)


def _gradient(call: Call) -> Value:
    given, gradients = _loss(call), Unknown("gradients", call.origin)
    if isinstance(given, Items) and len(given.items) == 2:
        return Items([gradients, given.items[1]], "tuple", origin=call.origin)
    return gradients


def _loss(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    result = call.machine.call(call.receiver.arguments["fun"], call.arguments, call.site)
    carries_more = constant(call.receiver.arguments["has_aux"]) and isinstance(result, Items) and result.items
    loss = carries_more[0] if carries_more else result
    call.machine.happen("backward", call.site, loss=loss, gradients="given")
    return result


METHODS = {
    "keras.layers.Layer": {"stateless_call": stateless_call},
    "keras.optimizers.Optimizer": {"stateless_apply": stateless_apply},
}

LIBRARY = Library(
    functions={
        **dict.fromkeys(DIFFERENTIATED, _differentiated),
        "jax.jit": first("fun"),
        "jax.device_put": first("x"),
        "jax.block_until_ready": first("x"),
    },
    calls={"jax.value_and_grad": _value_and_gradient, "jax.grad": _gradient},
)
