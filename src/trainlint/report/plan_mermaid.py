"""The plan as a flowchart in Mermaid's language: data, layers, losses and optimizers."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.plan.network import Layer, Network
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.report.kind_words import kind_word
from trainlint.report.layer_groups import groups
from trainlint.report.plan_words import number_text, shape_text, written
from trainlint.report.text import visible

_ENTITIES = {
    "#": "#35;",
    '"': "#quot;",
    "<": "#lt;",
    ">": "#gt;",
    "&": "#amp;",
    "`": "#96;",
    "\\": "#92;",
    "*": "#42;",
}
"""What may not stand as it is within the quotes of a label."""

_CLASSES = (
    "classDef weights fill:#dbeafe,stroke:#1d4ed8,color:#111",
    "classDef frozen fill:#e5e7eb,stroke:#6b7280,color:#111",
    "classDef unknown fill:#fef3c7,stroke:#b45309,color:#111,stroke-dasharray:4 4",
    "classDef objective fill:#fee2e2,stroke:#b91c1c,color:#111",
    "classDef optimizer fill:#dcfce7,stroke:#15803d,color:#111",
)


def render(plan: TrainingPlan) -> str:
    """A flowchart with one frame for each network; what skips layers is drawn dotted."""
    return "\n".join(["flowchart TD", *(f"  {line}" for line in _lines(plan))]) + "\n"


def _lines(plan: TrainingPlan) -> Iterator[str]:
    if plan.is_empty:
        yield f"nothing[{_label(visible(plan.filename), 'nothing that trains was found')}]"
        return
    for number, network in enumerate(plan.networks):
        yield from _network(number, network)
    for number, run in enumerate(plan.runs):
        yield from _data(number, run, plan)
    for number, objective in enumerate(plan.objectives):
        yield from _objective(number, objective, plan)
    for number, optimizer in enumerate(plan.optimizers):
        yield from _optimizer(number, optimizer, plan)
    yield from _CLASSES


def _network(number: int, network: Network) -> Iterator[str]:
    parameters = f"{number_text(network.parameters)} parameters"
    title = f"{network.name or 'network'} ({network.framework}), {parameters}"
    yield f"subgraph network{number}[{_label(title if network.complete else f'{title}, not complete')}]"
    yield "  direction TB"
    together = groups(network)
    head = {layer.index: index for index, layers in together.items() for layer in layers}
    for layers in together.values():
        yield f"  {_node(number, layers)}"
    for source, target, skips in _edges(network):
        arrow = "-.->" if skips else "-->"
        if head[target] == target:
            yield f"  {_id(number, head[source])} {arrow} {_id(number, target)}"
    yield "end"


def _node(number: int, layers: tuple[Layer, ...]) -> str:
    """One layer, or several that follow each other."""
    first, last = layers[0], layers[-1]
    counts = [layer.parameters for layer in layers]
    parts = [*(_title(layer) for layer in layers), shape_text(last.output_shape)]
    if any(count != 0 for count in counts):
        total = None if None in counts else sum(count for count in counts if count is not None)
        parts.append(f"{number_text(total)} parameters")
    if first.optional:
        parts.append("on some paths")
    left, right = ("([", "])") if first.kind == "input" else ("[", "]")
    return f"{_id(number, first.index)}{left}{_label(*parts)}{right}{_class(first)}"


def _title(layer: Layer) -> str:
    # A `+` or `-` at the beginning of a line would be a list in Markdown, which labels may be written in.
    named = layer.title[:1].isalpha() and layer.kind != "unknown"
    return layer.title if named else f"{kind_word(layer.kind)} {layer.title}"


def _class(layer: Layer) -> str:
    if layer.kind in ("unknown", "either") or layer.optional:
        return ":::unknown"
    if layer.parameters == 0:
        return ""
    return ":::frozen" if layer.trainable is False else ":::weights"


def _edges(network: Network) -> Iterator[tuple[int, int, bool]]:
    """From where to where, and whether that way skips layers which another input goes through."""
    before: dict[int, int] = {}  # for each layer those that lead to it, as bits
    for layer in network.layers:
        reached = 0
        for source in layer.inputs:
            reached |= before.get(source, 0) | 1 << source
        before[layer.index] = reached
        for source in dict.fromkeys(layer.inputs):
            others = (before.get(other, 0) for other in layer.inputs if other != source)
            yield source, layer.index, any(reach >> source & 1 for reach in others)


def _data(number: int, run: TrainingRun, plan: TrainingPlan) -> Iterator[str]:
    """What a run reads, and into which network it goes."""
    data = run.data
    name = visible(data.dataset or data.name)
    if not name or run.network is None or run.network >= len(plan.networks):
        return
    samples = data.samples.value
    parts = [name] if samples is None else [name, f"{number_text(samples)} samples"]
    batch = run.batch_size.value
    yield f"data{number}[({_label(*parts, *([f'batches of {batch}'] if batch is not None else []))})]"
    yield f"data{number} --> network{run.network}"


def _objective(number: int, objective: Objective, plan: TrainingPlan) -> Iterator[str]:
    metrics = [f"metric {visible(name)}" for name in dict.fromkeys(m.name for m in objective.metrics)]
    yield f"objective{number}{{{{{_label(objective.title, *metrics)}}}}}:::objective"
    network = _scored(objective, plan)
    if network is None:
        return
    outputs = plan.networks[network].outputs
    together = groups(plan.networks[network])
    ends = [index for index, layers in together.items() if layers[-1].index in outputs]
    source = _id(network, ends[0]) if ends else f"network{network}"
    yield f"{source} -->|prediction| objective{number}"


def _scored(objective: Objective, plan: TrainingPlan) -> int | None:
    """The network whose output a loss reads; one that a run puts together with it comes first."""
    index = next((number for number, found in enumerate(plan.objectives) if found is objective), None)
    told = next(
        (run.network for run in plan.runs if run.objective == index and run.network is not None), None
    )
    if told is not None and told < len(plan.networks):
        return told
    read = objective.network
    names = [network.name for network in plan.networks]
    if read is None or names.count(read.name) != 1:
        return None
    return names.index(read.name)


def _optimizer(number: int, optimizer: Optimizer, plan: TrainingPlan) -> Iterator[str]:
    parts = [optimizer.name or "optimizer"]
    rates = optimizer.learning_rate.values
    if rates:
        parts.append(f"learning rate {' or '.join(written(rate) for rate in rates)}")
    if optimizer.schedule is not None:
        parts.append(f"schedule {optimizer.schedule.name}")
    yield f"optimizer{number}[/{_label(*parts)}/]:::optimizer"
    # `networks` counts the modules within a network, too: those that are no network of the plan have no frame.
    for network in dict.fromkeys(index for index in optimizer.networks if index < len(plan.networks)):
        yield f"optimizer{number} -.->|trains| network{network}"


def _id(network: int, layer: int) -> str:
    return f"n{network}l{layer}"


def _label(*parts: str) -> str:
    """Lines of text in quotes."""
    return '"' + "<br/>".join(_escaped(part) for part in parts) + '"'


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in visible(text).expandtabs(1))
