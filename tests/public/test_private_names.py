"""Only public names of other packages, of asyncio and of threading are used, also in strings; the table lists what is not.

A private name (`_x`) may change in any release of whoever owns it, without a word. Three rules find one in the sources:

- an import of a private module or name from outside the project;
- an attribute `value._x`, or `getattr(value, "_x")` and its kin, where the same file defines no `_x`, and no other of ours does
  without a namesake in the packages that we stand on (for `self`, namesakes do not matter);
- a string that is a dotted name of another package with a private part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = ("opensandbox/_sync/", "opensandbox/sync/services/")
OURS = ("opensandbox", "opensandbox_api")
BELOW = ("asyncio", "h11", "httpcore", "httpx", "threading", "websockets")
"""What we stand on: a private name of theirs may look like one of ours."""

NAME_OF_A_MODULE = "the name of a module in a stack; where it differs a fork waits longer"
FOR_SUBCLASSES = (
    "a method that the framework's base class gives its back-ends, and nothing public in its place"
)
REASONS = {
    (
        "background.py",
        "_register_atexit",
    ): "`atexit` does not run in children of multiprocessing, and comes after daemon threads",
    ("birth.py", "_exit"): "documented by the standard library",
    ("forks.py", "_current_frames"): "documented by the standard library",
    (
        "threads.py",
        "_thread",
    ): "a module that the standard library documents: its locks are single calls of C",
    ("forks.py", "importlib._bootstrap"): NAME_OF_A_MODULE,
    ("forks.py", "pydantic._internal._validate_call"): NAME_OF_A_MODULE,
    (
        "interpreter.py",
        "_base_executable",
    ): "nothing public says which interpreter a virtual environment was made from",
    **{
        ("openai_agents.py", name): FOR_SUBCLASSES
        for name in (
            "_check_read_with_exec",
            "_check_write_with_exec",
            "_deserialize_session_state_payload",
            "_mount_relpaths_within_workspace",
            "_persist_workspace_skip_relpaths",
            "_prepare_exec_command",
            "_resolve_pty_session_entry",
            "_set_start_state_preserved",
            "_validate_manifest_for_create",
            "_validate_remote_path_access",
            "_workspace_root_path",
            "_wrap_session",
        )
    },
    ("smolagents.py", "_deserialize_final_answer"): FOR_SUBCLASSES,
}
"""What is used all the same, by file and name, and why."""

OF_NAMED_TUPLES = frozenset({"_asdict", "_field_defaults", "_fields", "_make", "_replace"})
"""Public in spite of their underscore."""

BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr", "attrgetter", "methodcaller", "patch"})
PRIVATE = re.compile(r"_(?!_)\w+")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


class Use(NamedTuple):
    """A private name in a source file."""

    file: str
    line: int
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """Its key in the table: a file keeps its reason when it moves."""
        return self.file.rpartition("/")[2], self.name


def is_private(name: str) -> bool:
    return PRIVATE.fullmatch(name) is not None and name.strip("_") != "" and name not in OF_NAMED_TUPLES


def defined_in(tree: ast.AST) -> set[str]:
    """Return the private names that a file defines: functions, classes, variables, attributes of `self`, slots and fields."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
                names |= {each.value for each in ast.walk(value) if isinstance(each, ast.Constant)}
    return {name for name in names if isinstance(name, str) and is_private(name)}


@cache
def defined_below() -> frozenset[str]:
    """Return the private names that the packages below us define."""
    names: set[str] = set()
    for package in BELOW:
        spec = find_spec(package)
        assert spec is not None, package
        assert spec.origin is not None, package
        origin = Path(spec.origin)
        for path in origin.parent.rglob("*.py") if origin.stem == "__init__" else [origin]:
            names |= defined_in(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(names)


def uses(file: str, tree: ast.AST, here: set[str], anywhere: set[str]) -> Iterator[Use]:
    """Yield the private names of others that a file uses."""
    for_others = here | (anywhere - defined_below())
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield from _in_path(file, node.lineno, alias.name)
            case ast.ImportFrom(module=str(module), names=aliases):
                for alias in aliases:
                    yield from _in_path(file, node.lineno, f"{module}.{alias.name}")
            case ast.Attribute(value=value, attr=name) if is_private(name):
                if name not in (anywhere if _is_self(value) else for_others):
                    yield Use(file, node.lineno, name)
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in BY_NAME:
                known = anywhere if node.args and _is_self(node.args[0]) else for_others
                for argument in node.args:
                    match argument:
                        case ast.Constant(value=str(name)) if is_private(name) and name not in known:
                            yield Use(file, node.lineno, name)
            case ast.Constant(value=str(text)) if DOTTED.fullmatch(text):
                yield from _in_path(file, node.lineno, text)


def _is_self(value: ast.expr) -> bool:
    match value:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
            return True
    return False


def _in_path(file: str, line: int, dotted: str) -> Iterator[Use]:
    package, *parts = dotted.split(".")
    if package not in OURS and any(map(is_private, (package, *parts))):
        yield Use(file, line, dotted)


def found_in(root: Path) -> list[Use]:
    """Return every private name of others in the hand-written sources below `root`."""
    trees = {
        path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((root / "opensandbox").rglob("*.py"))
    }
    trees = {file: tree for file, tree in trees.items() if not file.startswith(GENERATED)}
    own = {file: defined_in(tree) for file, tree in trees.items()}
    anywhere = set().union(*own.values())
    return [use for file, tree in trees.items() for use in uses(file, tree, own[file], anywhere)]


@pytest.fixture(scope="module")
def found() -> list[Use]:
    return found_in(ROOT)


def test_private_names_of_others_are_not_used(found: list[Use]) -> None:
    assert [use for use in found if use.key not in REASONS] == []


def test_every_line_of_the_table_is_needed(found: list[Use]) -> None:
    assert set(REASONS) <= {use.key for use in found}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import httpcore._utils", "httpcore._utils"),
        ("from httpcore._utils import is_socket_readable", "httpcore._utils.is_socket_readable"),
        ("from threading import _register_atexit", "threading._register_atexit"),
        ("import _thread", "_thread"),
        ("def f(client):\n    return client._transport.handle()", "_transport"),
        ("class A(B):\n    def f(self):\n        return self._connections", "_connections"),
        ("class A(B):\n    def f(self):\n        return super()._close()", "_close"),
        ("def f(parser):\n    parser._reader = None", "_reader"),
        ("def f(parser):\n    return getattr(parser, '_reader', None)", "_reader"),
        ("import asyncio\ndef f(task):\n    asyncio._unregister_task(task)", "_unregister_task"),
        ("NEEDED = ('anyio._backends._asyncio',)", "anyio._backends._asyncio"),
    ],
)
def test_private_name_of_another_package_is_found(tmp_path: Path, source: str, name: str) -> None:
    (tmp_path / "opensandbox").mkdir()
    (tmp_path / "opensandbox" / "net.py").write_text(source)

    (use,) = found_in(tmp_path)

    assert (use.file, use.name) == ("opensandbox/net.py", name)


@pytest.mark.parametrize(
    "source",
    [
        "from opensandbox._core import chunks",
        "class A:\n    def __init__(self):\n        self._x = 1\ndef f(a):\n    return a._x",
        "class A:\n    __slots__ = ('_x',)\ndef f(a):\n    return a._x",
        "class A:\n    def _x(self): ...\n    def f(self):\n        return self._x(), self.__class__",
        "for _ in ():\n    print(_)",
    ],
)
def test_own_and_public_names_are_fine(tmp_path: Path, source: str) -> None:
    (tmp_path / "opensandbox").mkdir()
    (tmp_path / "opensandbox" / "net.py").write_text(source)

    assert found_in(tmp_path) == []
