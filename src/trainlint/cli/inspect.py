"""`trainlint inspect`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trainlint.cli.console import Colour, fail, rendered, table_width, wants_colour, write


class InspectFormat(StrEnum):
    """The forms in which a plan is shown."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"


def inspect(
    file: Annotated[Path, typer.Argument(help="A Python file or a notebook.")],
    output_format: Annotated[
        InspectFormat, typer.Option(help="Tables, data, or a flowchart.")
    ] = InspectFormat.TEXT,
    color: Annotated[Colour, typer.Option(help="When to use colour.")] = Colour.AUTO,
) -> None:
    """Show what trainlint understood of a program: optimizers, networks, losses, data, the training loop."""
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.check import plan_of_document
    from trainlint.engine.configured import Configured
    from trainlint.report import plan_json, plan_mermaid, plan_text
    from trainlint.sources.discovery import shown_name
    from trainlint.sources.document import Document, Unreadable
    from trainlint.syntax.gate import SyntaxProblem

    try:
        document = Document.from_path(file, shown_name(file))
        plan = plan_of_document(document, Configured().settings_for(file).framework_versions)
    except (Unreadable, WrongSettings) as error:
        fail(error)
    except SyntaxProblem as error:
        fail(f"{shown_name(file)}:{error.row}:{error.column}: not parsed: {error.message}")
    if output_format is InspectFormat.JSON:
        write(plan_json.render(plan))
    elif output_format is InspectFormat.MERMAID:
        write(plan_mermaid.render(plan))
    else:
        parts = plan_text.render(plan, document.row_in_cell)
        write(rendered(parts, colour=wants_colour(color), width=table_width()))
