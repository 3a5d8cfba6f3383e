"""Where programs keep their settings: command lines and files."""

from __future__ import annotations

from trainlint.frameworks.library import Library
from trainlint.frameworks.settings import command_line

LIBRARY = Library(functions=command_line.FUNCTIONS, methods=command_line.METHODS)
