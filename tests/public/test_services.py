"""The protocols of `opensandbox.services` are the classes: the same methods, parameters, defaults and annotations.

The protocols are for annotations and for stand-ins in tests, so a method that a protocol lacks cannot be called by a program
that is annotated with it.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator

import pytest

from opensandbox._async.published.attributes import ServiceAttributes
from opensandbox._sync.published.attributes import ServiceAttributes as ServiceAttributesSync

# Protocol: the class that a sandbox has for it.
CLASSES = {
    "Commands": "run.commands.CommandsService",
    "CredentialVault": "network.vault.VaultCalls",
    "Diagnostics": "monitoring.diagnostics.DiagnosticsService",
    "Egress": "network.egress.EgressService",
    "Filesystem": "files.service.FilesService",
    "Health": "monitoring.health.HealthService",
    "IsolationService": "run.isolation.IsolatedService",
    "IsolationSession": "run.isolation.IsolatedSession",
    "Metrics": "monitoring.metrics.MetricsService",
    "Processes": "run.processes.ProcessesService",
    "Sandboxes": "control.lifecycle.Lifecycle",
}
TWINS = {
    "async": ("opensandbox.services", "opensandbox._async", ""),
    "sync": ("opensandbox.sync.services", "opensandbox._sync", "Sync"),
}
PAIRS = [pytest.param(twin, name, id=f"{twin}-{name}") for twin in TWINS for name in CLASSES]

# What the parts of the package know of each other beyond that.
OWN = {
    "Sandboxes": ("api", "creation", "marked_with", "remember_endpoint"),
}
OWN_PARAMETERS = {"Sandboxes": ("deadline", "retry")}
# A class says which one it returns, and how it makes an iterator or a context.
RETURNS = {
    "AsyncGenerator[bytes, None]": "AsyncIterator[bytes]",
    "Generator[bytes, None]": "Iterator[bytes]",
    "Generator[bytes, None, None]": "Iterator[bytes]",
    "IsolatedSession": "IsolationSession",
    "FilesService": "Filesystem",
}
CONTEXTS = {"AsyncIterator[": "AbstractAsyncContextManager[", "Iterator[": "AbstractContextManager["}


def pair(twin: str, name: str) -> tuple[type, type]:
    """Return a protocol and its class."""
    protocols, classes, suffix = TWINS[twin]
    module, _, kind = CLASSES[name].rpartition(".")
    return (
        getattr(importlib.import_module(protocols), name + suffix),
        getattr(importlib.import_module(f"{classes}.{module}"), kind),
    )


def members(kind: type) -> Iterator[tuple[str, object]]:
    """Yield the public methods and properties of a class."""
    for base in reversed(kind.__mro__[:-1]):
        if base not in (ServiceAttributes, ServiceAttributesSync) and base.__module__.startswith(
            "opensandbox"
        ):
            yield from ((name, value) for name, value in vars(base).items() if not name.startswith("_"))


def spelt(value: object, own: tuple[str, ...] = ()) -> list[str]:
    """Return a signature as text, a part a line, without the parameters `own`. Names of modules and suffixes do not count."""
    if isinstance(value, property):
        value = value.fget
    assert callable(value)
    signature = inspect.signature(value)
    result = _plain(str(signature.return_annotation))
    result = RETURNS.get(result, result)
    if hasattr(value, "__wrapped__"):  # by `contextmanager`
        result = next(result.replace(*pair) for pair in CONTEXTS.items() if result.startswith(pair[0]))
    parameters = [str(parameter) for parameter in signature.parameters.values() if parameter.name not in own]
    return [*(_plain(parameter) for parameter in parameters), f"-> {result}"]


def _plain(text: str) -> str:
    return (
        re.sub(r"\b(?:[a-z_]+\.)+", "", text)
        .replace("SessionSync", "Session")
        .replace("FilesystemSync", "Filesystem")
    )


@pytest.mark.parametrize(("twin", "name"), PAIRS)
def test_a_protocol_has_what_its_class_has(twin: str, name: str) -> None:
    protocol, kind = pair(twin, name)
    offered = {member: spelt(value) for member, value in members(protocol)}
    own = OWN_PARAMETERS.get(name, ())
    there = {member: spelt(value, own) for member, value in members(kind) if member not in OWN.get(name, ())}
    assert offered == there


def test_every_protocol_is_compared() -> None:
    for protocols, _, suffix in TWINS.values():
        assert {name + suffix for name in CLASSES} == set(importlib.import_module(protocols).__all__)
