"""Classes whose constructor Python writes: dataclasses, named tuples, enums, settings models."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.evaluate import enums
from trainlint.frameworks.call import Arguments
from trainlint.frameworks.python.named_tuples import CLASS_METHODS
from trainlint.syntax.positions import Site
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Mapped,
    Method,
    Reference,
    Unknown,
    Value,
    with_step,
)

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

_RECORD_DECORATORS = (
    "dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.s", "attr.dataclass", "attrs.define",
    "attr.define", "attrs.frozen", "attrs.mutable", "chex.dataclass", "flax.struct.dataclass",
)  # fmt: skip
_RECORD_BASES = (
    "pydantic.BaseModel",
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
    "msgspec.Struct",
)
_FIELD_MAKERS = ("dataclasses.field", "pydantic.Field", "attr.ib", "attrs.field", "attr.field")


def fields_of(node: ast.ClassDef) -> dict[str, ast.expr | None]:
    """Names annotated in a class body in order, each with its default."""
    return {
        statement.target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def class_method(cls: Class, name: str) -> Value | None:
    """A method that the library of a record's class gives the class: `Config.model_validate`."""
    bases = [base.name for base in cls.ancestors if isinstance(base, Reference)]
    return (
        Method(cls, name) if name in CLASS_METHODS and any(base in _RECORD_BASES for base in bases) else None
    )


def is_record(cls: Class) -> bool:
    """Whether the fields of a class are the parameters of its constructor."""
    return any(
        (isinstance(ancestor, Reference) and ancestor.name in _RECORD_BASES)
        or (
            isinstance(ancestor, Class)
            and any(_named(decorator, _RECORD_DECORATORS) for decorator in ancestor.decorators)
        )
        for ancestor in cls.ancestors
    )


def _named(decorator: Value, names: tuple[str, ...]) -> bool:
    if isinstance(decorator, Instance):
        return any(name in names for name in decorator.library_names)
    return isinstance(decorator, Reference) and decorator.name in names


def construct(machine: Machine, cls: Class, arguments: Arguments, site: Site) -> Value | None:
    """An object of a record class; None for ordinary classes."""
    bases = [ancestor.name for ancestor in cls.ancestors if isinstance(ancestor, Reference)]
    if enums.is_enumeration(cls):
        return enums.member(cls, arguments)
    if "typing.TypedDict" in bases or "typing_extensions.TypedDict" in bases:
        return Mapped(
            arguments.keyword, complete=arguments.complete, origin=Origin(Made.COMPUTED, site, cls.name)
        )
    if "typing.NamedTuple" in bases:
        bound = _fields(machine, cls, arguments, site)
        record = Items(bound.values(), "tuple", origin=Origin(Made.COMPUTED, site, cls.name))
        record.fields = tuple(bound)
        return record
    if not is_record(cls) or "__init__" in cls.slots:
        return None
    instance = Instance(cls, origin=Origin(Made.COMPUTED, site, cls.name))
    for name, value in _fields(machine, cls, arguments, site).items():
        machine.write(instance, name, value)
    after = cls.slots.get("__post_init__")
    if isinstance(after, Function):
        machine.call(Bound(after, instance), Arguments(), site)
    return instance


def _fields(machine: Machine, cls: Class, arguments: Arguments, site: Site) -> dict[str, Value]:
    """Field values by name: arguments first, then the defaults, which are there to be overridden."""
    defaults: dict[str, Value | None] = {}
    for ancestor in reversed([found for found in cls.ancestors if isinstance(found, Class)]):
        for name in (*ancestor.annotations, *_made_fields(ancestor)):
            defaults[name] = field_default(machine, ancestor.slots.get(name), site)
    given = dict(zip(defaults, arguments.positional, strict=False)) | arguments.keyword
    bound: dict[str, Value] = {}
    for name, default in defaults.items():
        if name in given:
            bound[name] = given.pop(name)
        elif not arguments.complete or default is None:
            bound[name] = Unknown("a field that nobody sets here")
        else:
            bound[name] = with_step(
                default, Made.OPTION, default.origin.site if default.origin else None, name
            )
    return bound | given


def _made_fields(cls: Class) -> list[str]:
    """Fields without an annotation: `lr = attr.ib(default=1e-3)`."""
    return [
        name
        for name, value in cls.slots.items()
        if isinstance(value, Instance) and _named(value, _FIELD_MAKERS)
    ]


def field_default(machine: Machine, value: object, site: Site) -> Value | None:
    """The default of a field, looking into `field(default=…)`."""
    if isinstance(value, Instance) and any(name in _FIELD_MAKERS for name in value.library_names):
        for key in ("default", "*0"):
            if key in value.arguments:
                return value.arguments[key]
        for key in ("default_factory", "factory"):
            if key in value.arguments:
                return machine.call(value.arguments[key], Arguments(), site)
        return None
    return value if isinstance(value, Value) else None
