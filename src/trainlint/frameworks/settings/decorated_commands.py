"""click and typer: functions that become commands by their decorators."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.settings.options import call_with_defaults, converted, destination, overridable
from trainlint.values.value import Function, Instance, Known, Partial, Reference, Unknown, Value, constant

_CLICK = ("click", "rich_click", "asyncclick")

_TYPES = {
    "click.FLOAT": "builtins.float", "click.INT": "builtins.int", "click.STRING": "builtins.str", "click.BOOL": "builtins.bool",
    "click.FloatRange": "builtins.float", "click.IntRange": "builtins.int",
}  # fmt: skip


def made(call: Call) -> Value:
    """What a decorator with arguments is before it meets its function."""
    arguments = {f"*{i}": value for i, value in enumerate(call.arguments.positional)} | call.arguments.keyword
    return Instance(Reference(call.name), arguments, call.origin)


def _function(value: Value | None) -> Function | None:
    while isinstance(value, Partial):
        value = value.function
    return value if isinstance(value, Function) else None


def _with(function: Value | None, given: dict[str, Value], first: tuple[Value, ...] = ()) -> Value:
    if isinstance(function, Partial):
        return Partial(function.function, first + function.positional, {**given, **function.keyword})
    return Partial(function, first, given) if function is not None else Unknown("a command")


def _option(call: Call) -> Value:
    """`@click.option("--lr", default=1e-3)` gives the function's parameter a default."""
    function, decorator = call.argument(0), call.receiver
    if not isinstance(decorator, Instance) or _function(function) is None:
        return function or Unknown("a command")
    flags = [constant(value) for key, value in decorator.arguments.items() if key.startswith("*")]
    words = [flag.partition("/")[0] for flag in flags if isinstance(flag, str)]
    if not words:
        return function or Unknown("a command")
    name = next((word for word in words if word.isidentifier()), destination(words))
    label = max((word for word in words if word.startswith("-")), key=len, default=name)
    return _with(function, {name.lower(): _default(decorator, label, call)})


def _default(decorator: Instance, label: str, call: Call) -> Value:
    arguments = decorator.arguments
    default = arguments.get("default")
    if default is None:
        if constant(arguments.get("is_flag")) or any(
            "/" in str(constant(value)) for key, value in arguments.items() if key.startswith("*")
        ):
            default = Known(False, decorator.origin)
        elif constant(arguments.get("required")) or decorator.cls.name.endswith("argument"):
            return Unknown(f"{label} must be given on the command line")
        else:
            default = Known(None, decorator.origin)
    return overridable(converted(default, _kind(arguments.get("type")), call), label, call)


def _kind(kind: Value | None) -> Value | None:
    if isinstance(kind, Instance):
        kind = kind.cls if isinstance(kind.cls, Reference) else None
    if isinstance(kind, Reference):
        name = kind.name.replace("rich_click.", "click.")
        found = _TYPES.get(name, name)
        return None if found.startswith("click.") else Reference(found)
    return kind


def _context(call: Call) -> Value:
    return _with(call.argument(0), {}, (Unknown("the context of a command"),))


def _unchanged(call: Call) -> Value:
    return call.argument(0) or Unknown("a command")


def _typer_parameter(call: Call) -> Value:
    """`lr: float = typer.Option(1e-3, "--lr")`."""
    default = call.argument(0, "default")
    flags = [constant(value) for value in call.arguments.positional[1:]]
    label = max((flag for flag in flags if isinstance(flag, str)), key=len, default="")
    if default is None or (isinstance(default, Known) and default.value is ...):
        return Unknown(f"{label or 'an option'} must be given on the command line")
    return overridable(default, label, call)


def _typer_command(call: Call) -> Value:
    """`@app.command()`: the function runs with its options' defaults."""
    function = call.argument(0)
    if not isinstance(function, Function):
        return function or Unknown("a command")
    given = {
        name: overridable(value, f"--{_dashed(name)}", call) for name, value in function.defaults.items()
    }
    return Partial(function, (), given)


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _run(call: Call) -> Value:
    return call_with_defaults(call.argument(0) or Unknown("a command"), call)


def _app(call: Call) -> Value:
    return Instance(Reference("typer.Typer"), dict(call.arguments.keyword), call.origin)


def _app_command(call: Call) -> Value:
    return Instance(Reference("typer.command"), {}, call.origin)


def _for_all(names: str, handler: Handler) -> dict[str, Handler]:
    return {f"{package}.{name}": handler for package in _CLICK for name in names.split()}


FUNCTIONS: dict[str, Handler] = {
    **_for_all("command group option argument pass_context pass_obj version_option help_option", made),
    **_for_all("Choice Path File FloatRange IntRange Tuple DateTime", made),
    **_for_all("echo secho", lambda call: Known(None)),
    "typer.Typer": _app,
    "typer.Option": _typer_parameter,
    "typer.Argument": _typer_parameter,
    "typer.run": _run,
    "typer.echo": lambda call: Known(None),
}

DECORATORS: dict[str, Handler] = {
    **_for_all("option argument", _option),
    **_for_all("command group version_option help_option", _unchanged),
    **_for_all("pass_context pass_obj", _context),
    "typer.command": _typer_command,
}

METHODS: dict[str, dict[str, Handler]] = {"typer.Typer": {"command": _app_command, "callback": _app_command}}

CALLS: dict[str, Handler] = {"typer.Typer": lambda call: Known(None)}
