"""Where programs keep their settings: command lines and files."""

from __future__ import annotations

from trainlint.frameworks.library import Library, merged
from trainlint.frameworks.settings import (
    absl_flags,
    command_line,
    decorated_commands,
    files,
    functions_as_commands,
    hydra,
    namespaces,
    omegaconf,
)

_FUNCTIONS = merged(
    command_line.FUNCTIONS,
    decorated_commands.FUNCTIONS,
    absl_flags.FUNCTIONS,
    functions_as_commands.FUNCTIONS,
    files.FUNCTIONS,
    namespaces.FUNCTIONS,
    omegaconf.FUNCTIONS,
    hydra.FUNCTIONS,
)

_METHODS = merged(
    command_line.METHODS,
    decorated_commands.METHODS,
    functions_as_commands.METHODS,
    files.METHODS,
    namespaces.METHODS,
    hydra.METHODS,
)
_METHODS["simple_parsing.ArgumentParser"] = {
    **_METHODS["simple_parsing.ArgumentParser"],
    "add_arguments": functions_as_commands.ADD_DATACLASS,
}
_METHODS[namespaces.SECTION] = {**_METHODS[namespaces.SECTION], **files.INI_GETTERS}


LIBRARY = Library(
    functions=_FUNCTIONS,
    methods=_METHODS,
    calls=merged(decorated_commands.CALLS, absl_flags.CALLS),
    attributes=command_line.ATTRIBUTES,
    decorators=merged(decorated_commands.DECORATORS, hydra.DECORATORS),
    shared=absl_flags.SHARED,
)
