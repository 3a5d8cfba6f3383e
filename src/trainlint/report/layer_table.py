"""The layers of a network as a table."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from trainlint.plan.network import Layer, Network
from trainlint.report.kind_words import kind_word
from trainlint.report.plan_words import Places, number_text, shape_text
from trainlint.report.text import visible


def layer_table(network: Network, places: Places) -> RenderableType:
    """A row for each layer. Which layers one reads is told where some layer reads not just the one above."""
    branches = any(layer.inputs != _above(layer) for layer in network.layers)
    table = Table(
        title=Text(visible(f"Network {network.name} ({network.framework}){places.at(network.origin)}")),
        title_justify="left",
        title_style="bold",
        caption=_caption(network),
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("layer", overflow="fold")
    table.add_column("kind", overflow="fold")
    if branches:
        table.add_column("reads", overflow="fold")
    table.add_column("output shape", overflow="fold")
    table.add_column("parameters", justify="right", no_wrap=True)
    table.add_column("line", justify="right", overflow="fold")
    for layer in network.layers:
        reads = [", ".join(str(index) for index in layer.inputs)] if branches else []
        table.add_row(
            str(layer.index),
            Text(visible(layer.title)),
            Text(kind_word(layer.kind) + (" (on some paths)" if layer.optional else "")),
            *reads,
            Text(shape_text(layer.output_shape)),
            number_text(layer.parameters) if layer.parameters != 0 else "",
            Text(places.row(layer.origin)),
        )
    return table


def _above(layer: Layer) -> tuple[int, ...]:
    return (layer.index - 1,) if layer.index else ()


def _caption(network: Network) -> Text:
    parameters, trainable = number_text(network.parameters), number_text(network.trainable_parameters)
    caption = Text(f"{parameters} parameters, {trainable} of them trainable")
    if not network.complete:
        reasons = "; ".join(network.reasons) or "some operation could not be followed"
        caption.append(f"; not complete: {visible(reasons)}")
    return caption
