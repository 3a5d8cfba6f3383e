"""What a user may decide: which rules run where, how loud they are, and their own options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from trainlint.config.plugin import Plugin
from trainlint.sources.choice import FileChoice
from trainlint.sources.patterns import Pattern, spec

Level = Literal["error", "warning", "info"]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


def _pattern(written: object) -> object:
    """Text becomes a pattern below the current folder; a settings file gives its patterns a folder."""
    if isinstance(written, str):
        written = Pattern(written)
    if not isinstance(written, Pattern):
        raise ValueError("must be text, such as `build/*`")
    try:
        spec((written.text,))
    except ValueError as error:
        raise ValueError(f"`{written.text}` is no pattern: {error}") from None
    return written


def _plugin(written: object) -> Plugin:
    """Text becomes what it names in the current folder; a settings file names things in its own folder."""
    if isinstance(written, str) and written:
        written = Plugin.named(written, Path.cwd())
    if not isinstance(written, Plugin):
        raise ValueError("must be text, such as `tools/our_rules`")
    return written


def _per_file(written: object) -> object:
    """The table `pattern = [selectors]` as pairs."""
    if isinstance(written, tuple):
        return written
    if not isinstance(written, dict):
        raise ValueError('must be a table, such as { "tests/*" = ["TL101"] }')
    return tuple((pattern, selectors) for pattern, selectors in written.items())


_Selectors = tuple[str, ...]
_FilePattern = Annotated[Pattern, BeforeValidator(_pattern), WithJsonSchema({"type": "string"})]
_Plugin = Annotated[Plugin, BeforeValidator(_plugin), WithJsonSchema({"type": "string"})]
_PerFile = Annotated[
    tuple[tuple[_FilePattern, _Selectors], ...],
    BeforeValidator(_per_file),
    WithJsonSchema(
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
    ),
]
_Version = Annotated[
    str,
    BeforeValidator(lambda given: str(given) if isinstance(given, int | float) else given),
    Field(pattern=r"^\d+(\.\d+)*[\w.+-]*$"),
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=_kebab, populate_by_name=True)


class ProbeSettings(_Model):
    """How findings are put to the test by training: `trainlint probe`."""

    steps: int = Field(60, ge=5, le=1000, description="Steps of each run.")
    seeds: int = Field(3, ge=1, le=20, description="Runs with different seeds, which must agree.")
    seconds: float = Field(
        10.0, gt=0, le=600, description="Seconds for the runs of one network on made-up data."
    )
    script_seconds: float = Field(30.0, gt=0, le=3600, description="Seconds for the program itself.")
    memory: float = Field(4.0, gt=0, description="Memory that the program itself may take, in GB.")
    interpreter: str | None = Field(
        None, description="The Python that has the framework, instead of that of the environment."
    )


class Settings(_Model):
    """Settings for a file. A selector is a rule's name or code, the beginning of a code, a family, or ALL.

    `select` replaces what `profile` chooses; of a `select` and an `ignore` that both name a rule, the more
    specific one holds.
    """

    select: _Selectors | None = Field(None, description="The rules that run, instead of a profile's.")
    extend_select: _Selectors = Field((), description="Rules that run as well.")
    ignore: _Selectors = Field((), description="Rules that do not run.")
    per_file_ignores: _PerFile = Field((), description="Rules that do not run on files of a pattern.")
    profile: Literal["default", "strict", "all"] = Field("default", description="The rules to start from.")
    severity: dict[str, Level] = Field({}, description="How loud rules are, by selector.")
    fail_on: Literal["error", "warning", "info", "never"] = Field(
        "warning", description="The least severity of a finding that makes the exit status 1."
    )
    exclude: tuple[_FilePattern, ...] | None = Field(
        None, description="Files and folders that are passed over, instead of the usual ones such as `.venv`."
    )
    extend_exclude: tuple[_FilePattern, ...] = Field((), description="More of them; inheriting adds up.")
    include: tuple[_FilePattern, ...] | None = Field(
        None, description="The files of a folder that are checked, instead of `*.py` and `*.ipynb`."
    )
    respect_gitignore: bool = Field(True, description="Whether files that git ignores are passed over.")
    baseline: str | None = Field(
        None, description="A file of findings that are known and not reported; empty for none."
    )
    plugins: tuple[_Plugin, ...] = Field(
        (), description="Folders, files and installed packages that rules come from; inheriting adds up."
    )
    framework_versions: dict[str, _Version] = Field(
        {}, description="Versions of libraries, where the project's files do not say them."
    )
    docs_url: str | None = Field(None, description="Where the pages of rules lie: a link ends in NAME.md.")
    rules: dict[str, dict[str, Any]] = Field({}, description="Options of single rules.")
    probe: ProbeSettings = Field(ProbeSettings(), description="How findings are put to the test by training.")

    @property
    def file_choice(self) -> FileChoice:
        """Which files of a folder these settings choose."""
        return FileChoice(
            respect_gitignore=self.respect_gitignore,
            exclude=self.exclude,
            extend_exclude=self.extend_exclude,
            include=self.include,
        )


class SettingsFile(Settings):
    """What may stand in a settings file."""

    extend: str | None = Field(None, description="A settings file whose settings hold where this has none.")
