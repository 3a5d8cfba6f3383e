"""The layers of a network as a table."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from trainlint.report.plan_words import Places
from trainlint.report.understood import NetworkTable


def layer_table(network: NetworkTable, places: Places) -> RenderableType:
    """A row for each layer. Which layers one reads is told where some layer reads not just the one above."""
    table = Table(
        title=Text(network.title + places.at(network.place)),
        title_justify="left",
        title_style="bold",
        caption=Text(network.caption),
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("layer", overflow="fold")
    table.add_column("kind", overflow="fold")
    if network.branches:
        table.add_column("reads", overflow="fold")
    table.add_column("output shape", overflow="fold")
    table.add_column("parameters", justify="right", no_wrap=True)
    table.add_column("line", justify="right", overflow="fold")
    for layer in network.layers:
        reads = [", ".join(str(number) for number in layer.reads)] if network.branches else []
        table.add_row(
            str(layer.number),
            Text(layer.title),
            Text(layer.kind),
            *reads,
            Text(layer.shape),
            layer.parameters,
            Text(places.row(layer.place)),
        )
    return table
