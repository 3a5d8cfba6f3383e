"""Layers in a plain list, where PyTorch does not see them."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Layer, Network, Rule, TrainingPlan, kinds, unsafe, unwrapped

CONTAINERS = {"list": "ModuleList", "dict": "ModuleDict"}
WEIGHT_CONTAINERS = {"list": "ParameterList", "dict": "ParameterDict"}


class ParametersNotRegistered(Rule):
    """Layers that `forward` uses are kept in a plain list or dictionary, or weights as plain tensors.

    ## What it does
    Looks for modules and parameters that take part in the forward pass and that the network holds only in a
    Python list or dictionary; and for attributes that are no `Parameter` although they were meant to be: tensors
    made with `requires_grad=True`, and what is computed from a parameter that nothing keeps, as by
    `nn.Parameter(…).to(device)` or `nn.Parameter(…) * 0.01`.

    ## Why is this bad?
    PyTorch finds modules that are attributes, or stand in `ModuleList`, `ModuleDict`, `Sequential`. Layers
    in a list are missing from `parameters()` and `state_dict()`: the optimizer never trains them, they are
    not saved, and `.to(device)` leaves them behind. The program runs all the same.

    ## When it stays silent
    The same layers are registered as well, through a `ModuleList` made of the list, `add_module` or
    `setattr`. Lists that `forward` does not use. Tensors without gradients, unless the network is moved, nothing
    is ever said about where the tensor is, and `forward` computes with it: then it is a hint.

    ## Fix safety
    Safe for a list: `ModuleList` holds, appends and gives out modules as a list does. A dictionary may have
    keys that `ModuleDict` does not take, so nothing is changed there. Unsafe where `.to(device)` is taken from a
    parameter: the whole network must be moved then.

    ## Sources
    Documentation of `torch.nn.ModuleList`. NeuraLint f022; SageMaker Debugger (UnchangedTensor).
    """

    name = "parameters-not-registered"
    code = "TL318"
    family = "architecture"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "{layers} in a plain {kind} are not trained, saved or moved with `{network}`"
    help = "keep them in `nn.{container}`"

    good = [
        Example(
            "registered",
            """
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    layers = [nn.Linear(8, 8) for _ in range(3)]
                    self.layers = nn.ModuleList(layers)
                    self.kept = layers

                def forward(self, x):
                    for layer in self.kept:
                        x = layer(x).relu()
                    return x
            """,
        ),
        Example(
            "registered by name as well",
            """
            from torch import nn

            class Net(nn.Module):
                def __init__(self, names):
                    super().__init__()
                    self.layers = []
                    for name in names:
                        layer = nn.Linear(8, 8)
                        setattr(self, f"layer_{name}", layer)
                        self.layers.append(layer)

                def forward(self, x):
                    for layer in self.layers:
                        x = layer(x).relu()
                    return x
            """,
        ),
    ]
    bad = [
        Example(
            "a list",
            """
            import torch.nn as layers

            class Net(layers.Module):
                def __init__(self, depth=3):
                    super().__init__()
                    self.hidden = [layers.Linear(8, 8) for _ in range(depth)]
                    self.out = layers.Linear(8, 2)

                def forward(self, x):
                    for layer in self.hidden:
                        x = layer(x).relu()
                    return self.out(x)
            """,
            at="[layers.Linear(8, 8) for _ in range(depth)]",
            fixed="""
            import torch.nn as layers

            class Net(layers.Module):
                def __init__(self, depth=3):
                    super().__init__()
                    self.hidden = layers.ModuleList([layers.Linear(8, 8) for _ in range(depth)])
                    self.out = layers.Linear(8, 2)

                def forward(self, x):
                    for layer in self.hidden:
                        x = layer(x).relu()
                    return self.out(x)
            """,
        ),
        Example(
            "a dictionary",
            """
            from torch.nn import Linear, Module

            class Heads(Module):
                def __init__(self):
                    super().__init__()
                    self.body = Linear(8, 8)
                    self.heads = {"age": Linear(8, 1), "kind": Linear(8, 4)}

                def forward(self, x):
                    x = self.body(x).relu()
                    return self.heads["age"](x), self.heads["kind"](x)
            """,
            at='{"age": Linear(8, 1), "kind": Linear(8, 4)}',
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for network in plan.networks:
            lost = [layer for layer in network.layers if layer.kept in CONTAINERS and layer.parameters != 0]
            for layer in network.layers:
                if layer.kept == "attribute":
                    self.say_loose(network, layer)
                elif layer.kept == "plain tensor" and meets_data(network, layer):
                    self.report(
                        layer.origin,
                        subject=layer,
                        severity="info",
                        message=BEHIND,
                        help="keep it with `self.register_buffer(…)`",
                        layer=layer.title,
                        network=network.name,
                    )
            for keeper in {id(layer.keeper): layer.keeper for layer in lost}.values():
                self.say(network, [layer for layer in lost if layer.keeper is keeper])

    def say_loose(self, network: Network, layer: Layer) -> None:
        """One finding for a weight that is a plain tensor."""
        is_computed, is_moved = "requires_grad" not in layer.settings, layer.kind == "moved_parameter"
        reason = "the network must be moved as a whole"
        self.report(
            layer.origin,
            subject=layer,
            message=COMPUTED if is_computed else LOOSE,
            help=MOVED_HELP if is_moved else COMPUTED_HELP if is_computed else LOOSE_HELP,
            fix=unsafe("Leave it where it is", reason, unwrapped(layer.origin)) if is_moved else None,
            layer=layer.title,
            network=network.name,
        )

    def say(self, network: Network, lost: list[Layer]) -> None:
        """One finding for all layers, or all weights, of one list."""
        first = lost[0]
        kind = first.kept or "list"
        are_weights = first.kind not in kinds.WEIGHTED | kinds.NORMALISATIONS
        noun = "weights" if are_weights else "layers"
        self.report(
            first.keeper or first.origin,
            subject=network,
            because=(first.origin,),
            fix=the_fix(first) if kind == "list" and not are_weights else None,
            layers=f"{len(lost)} {noun}" if len(lost) > 1 else noun,
            kind="list" if kind == "list" else "dictionary",
            network=network.name,
            container=(WEIGHT_CONTAINERS if are_weights else CONTAINERS)[kind],
        )


def meets_data(network: Network, layer: Layer) -> bool:
    """Whether a tensor is computed with together with something else: then both must be on one device."""
    readers = (network.layers[index] for index in network.users[layer.index])
    return any(reader.kind in COMPUTING and len(reader.inputs) > 1 for reader in readers)


COMPUTING = frozenset("add subtract multiply mul divide matmul concatenate where".split())
BEHIND = "a tensor of `{layer}` is no buffer of `{network}`: it stays behind when the network moves"
COMPUTED = "`{layer}` makes a plain tensor of the parameter: `{network}` does not train it"
MOVED_HELP = "keep the `nn.Parameter` itself, and move the network with `model.to(device)`"
COMPUTED_HELP = "compute first, and wrap the result: `nn.Parameter(…)` comes last"
LOOSE = "a tensor of `{layer}` is no parameter of `{network}`: it is not trained, saved or moved"
LOOSE_HELP = "wrap it in `nn.Parameter`; a tensor that is not trained goes to `register_buffer`"


def the_fix(layer: Layer) -> Fix | None:
    """`ModuleList` around the list, under the name that the program has for torch.nn."""
    made = layer.origin.site if layer.origin is not None else None
    kept = layer.keeper.site if layer.keeper is not None else None
    module = made.text.partition(f"{layer.title}(")[0] if made is not None else ""
    if kept is None or not module.endswith("."):
        return None
    content = f"{module}ModuleList({kept.text})"
    return Fix(applicability="safe", message=f"Keep them in `{module}ModuleList`",
               edits=(Edit(place=kept.place, content=content),))  # fmt: skip
