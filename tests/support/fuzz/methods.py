"""Every public method of an object, and what its arguments usually are: a new method is found, and fuzzed, by itself."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from opensandbox.exceptions import InvalidArgumentException, SandboxException, SandboxFileException
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
    """A public function, and its parameters by name."""

    label: str
    function: Callable[..., Any]
    parameters: Mapping[str, inspect.Parameter]
    usual: Mapping[str, Any]

    def arguments(self, draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
        """Return usual arguments of which some are ugly, and the names of these."""
        wanted = {name for name, parameter in self.parameters.items() if parameter.default is parameter.empty}
        given = {name: self._usual(name) for name in wanted | (self.usual.keys() & self.parameters.keys())}
        names = [name for name in self.parameters if name not in KEPT]
        # Whoever waits is given one ugly argument: an end that never comes, and a wait without end, are two.
        most = 1 if any("timeout" in name for name in names) else 2
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))
        for name in chosen:
            values = ugly.values()
            given[name] = draw(values.filter(stays_here) if name in LOCAL else values)
        return given, chosen

    def _usual(self, name: str) -> Any:
        for known in (self.usual, USUAL):
            if name in known:
                return known[name]
        annotation = str(self.parameters[name].annotation)
        return next((value for kind, value in _KINDS if annotation.startswith(kind)), None)


def methods_of(label: str, thing: object, **usual: Any) -> Iterator[Method]:
    """Yield the public methods of an object, or the constructor and the class methods of a class, that take arguments."""
    if isinstance(thing, type):
        constructor = function(label, thing, **usual)
        if constructor is not None:
            yield constructor
    for name in dir(thing):
        static = inspect.getattr_static(thing, name, None)
        if name.startswith("_") or isinstance(static, property):
            continue
        value = getattr(thing, name)
        bound_to_class = inspect.ismethod(value) and isinstance(value.__self__, type)
        if callable(value) and not isinstance(value, type) and bound_to_class == isinstance(thing, type):
            found = function(f"{label}.{name}", value, **usual)
            if found is not None and name not in PYDANTIC:
                yield found


PYDANTIC: Final = {name for name in dir(BaseModel) if not name.startswith("_")}
"""Methods of pydantic's models are not ours."""


def function(label: str, value: Callable[..., Any], **usual: Any) -> Method | None:
    """Return a function as a `Method`; `None` for one without arguments that could be ugly."""
    parameters = _parameters(value)
    return Method(label, value, parameters, usual) if parameters.keys() - KEPT else None


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


def complaint(method: Method, chosen: list[str], failure: BaseException) -> str | None:
    """Return what is wrong with how a call failed; `None` when it is an error of the package that says which argument it is about."""
    builder = isinstance(method.function, type)
    text = f"{failure!s}"
    if builder and isinstance(failure, ValidationError) and issubclass(method.function, BaseModel):
        return None  # pydantic names the fields by itself
    if isinstance(failure, InvalidArgumentException) or (
        builder and isinstance(failure, ValueError | TypeError)
    ):
        if not any(_names(text, name) for name in chosen):
            return f"names none of {chosen}: {type(failure).__name__}: {text[:300]}"
        if not builder and len(text) > 5000:
            return f"is {len(text)} characters long: {text[:100]}"
        return None
    if isinstance(failure, SandboxException):
        return "says nothing" if not text.strip() else None
    if (
        isinstance(failure, OSError)
        and not isinstance(failure, SandboxFileException)
        and LOCAL & method.parameters.keys()
    ):
        return None  # what is wrong with a file of this machine is told by the system's own error
    return f"is a bare {type(failure).__name__}: {text[:300]}"


def _names(text: str, name: str) -> bool:
    camel = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
    return name in text or camel in text or any(part in text for part in PARTS.get(name, ()))


PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "filter": ("states", "metadata"),
    "spec": ("image",),
    "cwd": ("working_directory",),
}
"""What an argument is made of, or called by in an error about it."""
