"""Every public method of an object, and what its arguments usually are: a new method is found, and fuzzed, by itself."""

from __future__ import annotations

import inspect
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from opensandbox.exceptions import InvalidArgumentException, SandboxException
from tests.support.fuzz import ugly

USUAL: Final[Mapping[str, Any]] = {
    "argv": ["true"],
    "code": "1",
    "command": "true",
    "data": "text",
    "entrypoint": ["true"],
    "everything": False,
    "expires": 2_000_000_000,
    "filter": {"metadata": {"made-by": "nobody"}},
    "host": "127.0.0.1",
    "image": "ubuntu",
    "key": "FUZZ",
    "metadata": {"made-by": "nobody"},
    "older_than": 10_000,
    "patch": {"fuzz": "yes"},
    "path": "/tmp/fuzz/a",
    "paths": ["/tmp/fuzz/a"],
    "polling_interval": 0.05,
    "port": 8000,
    "scope": "all",
    "signal": "TERM",
    "source": "here",
    "state": "Running",
    "states": ["Paused"],
    "target": "there",
    "targets": ["fuzz.example.com"],
    "timeout": 600,
    "uid": 1000,
}
"""Arguments by name; `everything` is one that must not be anything else."""

KEPT: Final = {"everything", "connection_config", "deadline", "rng"}
"""Arguments that stay as they are: the first ends every sandbox of the server, the second leads to another one, the rest are ours."""

LOCAL: Final = {"source", "target"}
"""Arguments that name files of this machine, where no ugly one may lead out of the directory of the test."""

_KINDS: Final[tuple[tuple[str, Any], ...]] = (
    ("Callable", ugly.nothing),
    ("Sequence", []),
    ("list", []),
    ("dict", {}),
    ("Mapping", {}),
    ("timedelta", 600),
    ("bool", False),
    ("int", 1),
    ("str", "x"),
)


class Method(NamedTuple):
    """A public method, or a constructor, of something that tests know by its `label`."""

    label: str
    name: str
    parameters: Mapping[str, inspect.Parameter]
    builds: type | None = None
    """What a constructor builds."""

    def of(self, thing: Any) -> Callable[..., Any]:
        """Return the method of an object."""
        return thing if self.builds is not None else getattr(thing, self.name)

    def usual(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments that are nothing special: what has to be given, and what is `known` for this object."""
        parameters = self.parameters
        needed = {name for name, parameter in parameters.items() if parameter.default is parameter.empty}
        return {name: self._usual(name, known) for name in needed | (known.keys() & parameters.keys())}

    def _usual(self, name: str, given: Mapping[str, Any]) -> Any:
        for known in (given, USUAL):
            if name in known:
                return known[name]
        annotation = str(self.parameters[name].annotation)
        return next((value for kind, value in _KINDS if annotation.startswith(kind)), None)


class Call(NamedTuple):
    """A call with some arguments that nobody should pass."""

    method: Method
    ugly: dict[str, Any]

    def arguments(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return all arguments, the usual ones among them."""
        return self.method.usual(known) | self.ugly

    def __repr__(self) -> str:
        return f"{self.method.label}.{self.method.name}({f'{self.ugly}'[:500]})"


@st.composite
def calls(draw: st.DrawFn, methods: Sequence[Method]) -> Call:
    """Return a strategy for calls of one of the methods."""
    method = draw(st.sampled_from(methods))
    names = [name for name in method.parameters if name not in KEPT]
    # Whoever waits is given one ugly argument: an end that never comes, and a wait without end, are two.
    most = 1 if any("timeout" in name for name in names) else 2
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))
    return Call(method, {name: draw(_values(name)) for name in chosen})


def _values(name: str) -> st.SearchStrategy[Any]:
    if name in LOCAL:
        return ugly.values().filter(stays_here)
    if "timeout" in name or "interval" in name:
        return ugly.values().filter(ends_soon)
    return ugly.values()


def ends_soon(value: object) -> bool:
    """Tell whether nobody would wait long by this duration: a thread that waits for a hundred years cannot be stopped."""
    if isinstance(value, timedelta):
        return value < timedelta(seconds=2)
    return value is not None and not (isinstance(value, int | float) and value > 2)


def words_returned_by(kind: type) -> set[str]:
    """Return the words of what the public methods and properties of a class say that they return."""
    found: set[str] = set()
    for name in dir(kind):
        static = inspect.getattr_static(kind, name)
        function = static.fget if isinstance(static, property) else getattr(kind, name, None)
        if not name.startswith("_") and name not in PYDANTIC:
            found.update(re.findall(r"\w+", str(getattr(function, "__annotations__", {}).get("return", ""))))
    return found


def clear_target() -> None:
    """Remove what a call has copied to the working directory."""
    target = Path(USUAL["target"])
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def to_be_awaited(result: object) -> bool:
    """Tell whether a call has returned what its caller awaits."""
    return inspect.isawaitable(result)


def methods_of(
    label: str, kind: type, *, of_class: bool = False, all_of_them: bool = False
) -> Iterator[Method]:
    """Yield the public methods of a class's objects, or with `of_class` its constructor and class methods.

    Those without arguments come only where `all_of_them` are wanted.
    """
    if of_class:
        yield from _method(label, kind.__name__, kind, kind)
    for name in dir(kind):
        static = inspect.getattr_static(kind, name)
        if name.startswith("_") or name in PYDANTIC | OURS or isinstance(static, classmethod) != of_class:
            continue
        value = getattr(kind, name, None)  # a name of another package only says what it is called here
        if callable(value) and not isinstance(value, type):
            yield from _method(label, name, value, all_of_them=all_of_them)


OURS: Final = {"begin", "repeat"}
"""Methods of terminals that only the package itself calls."""


def _method(
    label: str, name: str, value: Callable[..., Any], builds: type | None = None, *, all_of_them: bool = False
) -> Iterator[Method]:
    parameters = _parameters(value)
    parameters.pop("self", None)
    if all_of_them or parameters.keys() - KEPT:
        yield Method(label, name, parameters, builds)


PYDANTIC: Final = {name for name in dir(BaseModel) if not name.startswith("_")}
"""Methods of pydantic's models are not ours."""


def _parameters(value: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    if isinstance(value, type) and issubclass(value, BaseModel):
        # Its signature is not known before it is built.
        return {
            name: inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.is_required() else None,
                annotation=field.annotation,
            )
            for name, field in value.model_fields.items()
        }
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {
        name: parameter
        for name, parameter in inspect.signature(value).parameters.items()
        if parameter.kind not in variable
    }


def stays_here(value: object) -> bool:
    """Tell whether a path of this machine does not lead out of the working directory."""
    texts = [os.fspath(value)] if isinstance(value, os.PathLike) else [value]
    return not any(
        text.startswith("/") or text == "." or ".." in text or "~" in text
        for text in texts
        if isinstance(text, str)
    )


def complaint(call: Call, failure: BaseException) -> str | None:
    """Return what is wrong with how a call failed; `None` when it is an error of the package that says which argument it is about."""
    builds = call.method.builds
    text = str(failure)
    if builds is not None and isinstance(failure, ValidationError) and issubclass(builds, BaseModel):
        return None  # pydantic names the fields by itself
    if isinstance(failure, InvalidArgumentException) or _is_the_builder_s(call, failure):
        if not any(_names(text, name) for name in call.ugly):
            return f"{call} names none: {type(failure).__name__}: {text[:300]}"
        if builds is None and len(text) > 5000:
            return f"{call} is {len(text)} characters long: {text[:100]}"
        return None
    if call.method.label in LIKE_PYTHON and isinstance(failure, TypeError | ValueError | OSError):
        return None
    if isinstance(failure, SandboxException):
        return None if text.strip() else f"{call} says nothing: {type(failure).__name__}"
    if isinstance(failure, OSError) and LOCAL & call.method.parameters.keys():
        return None  # what is wrong with a file of this machine is told by the system's own error
    return f"{call} is a bare {type(failure).__name__}: {text[:300]}"


def _is_the_builder_s(call: Call, failure: BaseException) -> bool:
    # Pools refuse their settings by `ValueError`, as the published ones do; constructors of values by that, or as Python does.
    kinds = (ValueError, TypeError) if call.method.builds is not None else (ValueError,)
    return isinstance(failure, kinds) and (
        call.method.builds is not None or call.method.label in RAISES_VALUE_ERROR
    )


LIKE_PYTHON: Final = {"opened"}
"""Objects that stand in for Python's own, and refuse arguments by the same errors."""

RAISES_VALUE_ERROR: Final = {"pool", "pools"}


def _names(text: str, name: str) -> bool:
    camel = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
    return name in text or camel in text or any(part in text for part in PARTS.get(name, ()))


PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "concurrency": ("states nor metadata",),  # what `kill_all` and `sweep` want first
    "entries": ("path",),  # an entry may be given as its path
    "entry": ("path", "pattern"),
    "filter": ("states", "metadata"),
    "older_than": ("states nor metadata",),
    "spec": ("image",),
    "cwd": ("working_directory",),
}
"""What an argument is made of, or called by in an error about it."""
