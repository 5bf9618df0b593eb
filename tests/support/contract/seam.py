"""The seam between generated and hand-written code, found in the sources: operations, their answers, and the conversions.

`sample` makes a record of a generated class with every member set, and `changed` every record that differs from it in one
member, at any depth. A conversion that gives the same for both reads that member nowhere.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import opensandbox_api
from opensandbox_api.types import UNSET, Unset

from opensandbox._core import convert

ROOT = Path(__file__).parents[3]
LATER = datetime(2026, 1, 1, tzinfo=UTC)


class Operation(NamedTuple):
    """A generated operation, by its module, and what it finds in the body of a success."""

    module: str
    answers: tuple[type, ...]

    @property
    def name(self) -> str:
        return self.module.removeprefix("opensandbox_api.")


@cache
def operations() -> tuple[Operation, ...]:
    """Return every generated operation."""
    found = []
    for module in pkgutil.walk_packages(opensandbox_api.__path__, "opensandbox_api."):
        if module.name.count(".") == 4 and ".api." in module.name:
            loaded = importlib.import_module(module.name)
            answer = typing.get_type_hints(loaded.sync_detailed, _names(loaded))["return"]
            found.append(Operation(module.name, tuple(_classes(answer))))
    return tuple(found)


def called() -> set[str]:
    """Return the modules of the operations that hand-written code imports."""
    found = set()
    for path in [*ROOT.glob("opensandbox/_async/**/*.py"), *ROOT.glob("opensandbox/_core/convert/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("opensandbox_api."):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def functions() -> Iterator[Callable[..., object]]:
    """Yield every function of `_core/convert`."""
    for module in pkgutil.iter_modules(convert.__path__, f"{convert.__name__}."):
        for function in vars(importlib.import_module(module.name)).values():
            if inspect.isfunction(function) and function.__module__ == module.name:
                yield function


@cache
def conversions() -> tuple[tuple[Callable[..., object], str, tuple[type, ...]], ...]:
    """Return every function that takes generated records: itself, that parameter, and their classes."""
    found: list[tuple[Callable[..., object], str, tuple[type, ...]]] = []
    for function in functions():
        hints = typing.get_type_hints(function, _names(importlib.import_module(function.__module__)))
        parameters = [(name, tuple(_classes(hints[name]))) for name in inspect.signature(function).parameters]
        found += [(function, name, taken) for name, taken in parameters if taken]
    return tuple(found)


def sent() -> set[type]:
    """Return every record that a request can hold, at any depth, but for forms."""
    found: set[type] = set()

    def add(kind: type) -> None:
        if kind not in found and not hasattr(kind, "to_multipart"):
            found.add(kind)
            for annotation in _members(kind).values():
                for part in _classes(annotation):
                    add(part)

    for operation in operations():
        loaded = importlib.import_module(operation.module)
        for annotation in typing.get_type_hints(loaded.request_of, _names(loaded)).values():
            for kind in _classes(annotation):
                add(kind)
    return found


def _names(module: types.ModuleType) -> dict[str, object]:
    """Return the names that a module knows, and those that it imports for type checkers alone."""
    names = dict(vars(module))
    assert module.__file__ is not None
    for node in ast.parse(Path(module.__file__).read_text()).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            # The names of the module itself stay what they are: relative imports need its package.
            exec(compile(ast.Module(node.body, []), module.__file__, "exec"), names)
    return names


def _classes(annotation: Any) -> Iterator[type]:
    """Yield the records that an annotation speaks of, at any depth; one that is a map stands for what it holds."""
    for part in typing.get_args(annotation):
        yield from _classes(part)
    if isinstance(annotation, type) and ".models." in annotation.__module__ and attrs.has(annotation):
        members = _members(annotation)
        if set(members) == {"additional_properties"}:
            yield from _classes(members["additional_properties"])
        else:
            yield annotation


@cache
def _members(kind: type) -> dict[str, Any]:
    """Return the types of a record's members."""
    names = _names(importlib.import_module(kind.__module__))
    return {field.name: eval(field.type, names) for field in attrs.fields(kind)}


def sample(kind: type) -> Any:
    """Return a record with every member set."""
    return _value(kind, kind.__name__)


def bare(kind: type, keep: Collection[str] = ()) -> Any:
    """Return a record with the members that have to be there, and those to `keep`."""
    record = sample(kind)
    for field in attrs.fields(kind):
        if field.default is UNSET and field.name not in keep:
            setattr(record, field.name, UNSET)
    return record


def _value(annotation: Any, name: str) -> Any:
    choices = [part for part in _alternatives(annotation) if part not in (Unset, types.NoneType)]
    kind = choices[0]
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return [_value(parts[0], name)]
    if origin is dict:
        return {} if parts[1] is Any else {"key": _value(parts[1], name)}
    if origin is typing.Literal:
        return parts[0]
    if attrs.has(kind):
        record = kind.__new__(kind)
        for member, annotated in _members(kind).items():
            setattr(record, member, _value(annotated, member))
        return record
    if issubclass(kind, Enum):
        return next(iter(kind))
    plain: dict[type, object] = {str: TEXTS.get(name, name), int: 7, float: 7.5, bool: True, datetime: LATER}
    return plain[kind]


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)


def changed(record: Any) -> Iterator[tuple[str, Any]]:
    """Yield records that differ from `record` in one member, each with the name of that: `Sandbox.created_at`."""
    for field in attrs.fields(type(record)):
        value = getattr(record, field.name)
        for where, other in _others(f"{type(record).__name__}.{field.name}", value):
            yield where, _with(record, field.name, other)


def _with(record: Any, name: str, value: Any) -> Any:
    copy = type(record).__new__(type(record))
    for field in attrs.fields(type(record)):
        setattr(copy, field.name, getattr(record, field.name))
    setattr(copy, name, value)
    return copy


def _others(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((place, [item]) for place, item in _others(where, value[0]))
    elif isinstance(value, dict):
        yield from ((place, {key: other}) for key in value for place, other in _others(where, value[key]))
    elif attrs.has(type(value)):
        yield from changed(value)
    elif isinstance(value, Enum):
        yield where, [*type(value), type(value)("word-of-a-newer-server")][1]
    elif isinstance(value, bool):
        yield where, not value
    elif isinstance(value, datetime):
        yield where, value + timedelta(days=1)
    else:
        yield where, value + (value if isinstance(value, str) else 1)


def convert_with(function: Callable[..., object], name: str, record: object) -> object:
    """Return what a conversion makes of a record; its other parameters get values that change nothing."""
    arguments: dict[str, object] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == name:
            arguments[name] = [record] if str(parameter.annotation).startswith("Sequence") else record
        else:
            arguments[parameter.name] = _anything(str(parameter.annotation))
    return function(**arguments)


TEXTS = {"target": "192.0.2.1"}
"""For members that cannot hold their own name: ports, which a sample has, go with an address only."""


def _anything(annotation: str) -> object:
    if "None" in annotation:
        return None
    return {"bool": False, "int": 1, "str": "other"}[annotation]
