"""What an editor's user may decide: the settings `trainlint.*` of the VS Code extension, and of other clients alike.

The extension's package.json is made from this model.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from trainlint.config.settings import Settings


def _scope(scope: Literal["window", "resource", "machine-overridable"]) -> dict[str, Any]:
    """Where VS Code lets a user give the value, by its own words for it."""
    return {"scope": scope}


def _as_in_files(name: str) -> str:
    """A setting of settings files says the same here."""
    description = Settings.model_fields[name].description
    assert description
    return f"{description} Goes before settings files; null leaves it to them."


class _Model(BaseModel):
    # Clients send settings of other versions, too: those are nobody's mistake.
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class ProbeSettings(_Model):
    """How findings are confirmed by training."""

    enable: bool = Field(
        True,
        description="Whether findings may be confirmed by training briefly, when asked to.",
        json_schema_extra=_scope("resource"),
    )
    mode: Literal["synthetic", "script"] = Field(
        "synthetic",
        description="What is trained: the network as understood, on made-up data, or the script itself.",
        json_schema_extra=_scope("resource"),
    )


class TraceSettings(_Model):
    """What is written down of the talk between editor and server."""

    server: Literal["off", "messages", "verbose"] = Field(
        "off",
        description="How much of the messages between editor and server is shown in the log.",
        json_schema_extra=_scope("window"),
    )


class EditorSettings(_Model):
    """The settings of an editor. `path`, `interpreter` and `import_strategy` choose the server, the rest is told to it."""

    enable: bool = Field(
        True, description="Whether training scripts are checked.", json_schema_extra=_scope("resource")
    )
    path: tuple[str, ...] = Field(
        (),
        description="Programs to start as trainlint; the first that exists is taken, before any interpreter.",
        json_schema_extra=_scope("machine-overridable"),
    )
    interpreter: tuple[str, ...] = Field(
        (),
        description="A Python interpreter, with arguments, whose trainlint is started; otherwise the one that the "
        "Python extension has chosen, or `python3`.",
        json_schema_extra=_scope("machine-overridable"),
    )
    import_strategy: Literal["fromEnvironment", "useBundled"] = Field(
        "fromEnvironment",
        description="Whose trainlint is started: the interpreter's own, or the one that comes with the extension, "
        "which gets an environment of its own.",
        json_schema_extra=_scope("machine-overridable"),
    )
    run: Literal["onType", "onSave"] = Field(
        "onType", description="When a file is checked.", json_schema_extra=_scope("window")
    )
    configuration: str | None = Field(
        None,
        description="A settings file that holds for all files, instead of the nearest one.",
        json_schema_extra=_scope("resource"),
    )
    profile: Literal["default", "strict", "all"] | None = Field(
        None, description=_as_in_files("profile"), json_schema_extra=_scope("resource")
    )
    select: tuple[str, ...] | None = Field(
        None, description=_as_in_files("select"), json_schema_extra=_scope("resource")
    )
    ignore: tuple[str, ...] | None = Field(
        None, description=_as_in_files("ignore"), json_schema_extra=_scope("resource")
    )
    show_inlay_hints: bool = Field(
        True,
        description="Whether output shapes and learning rates are shown in the code.",
        json_schema_extra=_scope("resource"),
    )
    code_lens: bool = Field(
        True,
        description="Whether *Confirm by training briefly* is offered above what trains.",
        json_schema_extra=_scope("resource"),
    )
    probe: ProbeSettings = ProbeSettings()
    log_level: Literal["error", "warning", "info", "debug"] = Field(
        "info", description="How much the server writes into its log.", json_schema_extra=_scope("window")
    )
    trace: TraceSettings = TraceSettings()
