"""The arrows of ARCHITECTURE.md: which part of the package may import which, wherever in a file the import stands."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FACTS = (
    "opensandbox._core.lazy",
    "opensandbox._core.names",
    "opensandbox._version",
    "opensandbox.constants",
    "opensandbox.exceptions",
)
VALUES = (*FACTS, "opensandbox.models", "opensandbox.config", "opensandbox.transport.retry")
DRIVEN = (
    *VALUES,
    "opensandbox._concurrency.background",
    "opensandbox._concurrency.pairs",
    "opensandbox._core.files.archives",
    "opensandbox._core",
    "opensandbox_api",
)
SERVED = (
    "opensandbox._core.command_line",
    "opensandbox._core.names",
    "opensandbox._version",
    "opensandbox.config.local_servers",
    "opensandbox.constants",
    "opensandbox.models",
    "opensandbox_api",
)

# Layer: what it may import of the project, besides itself. A module belongs to the longest name that fits.
ARROWS = {
    "opensandbox": ("opensandbox",),
    "opensandbox.api": ("opensandbox_api",),
    "opensandbox._core.files.archives": ("opensandbox.exceptions",),
    "opensandbox._core.command_line": ("opensandbox._core.names",),
    "opensandbox._concurrency.forks": (),
    "opensandbox._core.lazy": (),
    "opensandbox._core.names": (),
    "opensandbox._version": (),
    "opensandbox.constants": (),
    "opensandbox.exceptions": ("opensandbox._core.lazy",),
    "opensandbox.models": FACTS,
    "opensandbox.transport.retry": FACTS,
    "opensandbox.config": VALUES,
    # The embedded server writes what clients read here.
    "opensandbox.config.local_servers": (),
    # `new_owned_transport` is part of the public contract of these two; it imports in the call.
    "opensandbox.config.connection": (*VALUES, "opensandbox._async"),
    "opensandbox.config.connection_sync": (*VALUES, "opensandbox._sync"),
    "opensandbox._concurrency.background": (
        "opensandbox._concurrency.loops",
        "opensandbox._concurrency.outlasting",
        "opensandbox._concurrency.threads",
    ),
    "opensandbox._concurrency.outlasting": (),
    "opensandbox._concurrency.loops": (),
    "opensandbox._concurrency.threads": ("opensandbox._concurrency.forks",),
    "opensandbox._concurrency.asyncio_network": (),
    # What needs an HTTP library is loaded by the one call that asks for it.
    "opensandbox._concurrency.pairs": (
        "opensandbox._concurrency.asyncio_network",
        "opensandbox._concurrency.loops",
        "opensandbox._concurrency.threads",
    ),
    "opensandbox._core.pool.settings": (),
    # A spec of a pool checks itself, like every model.
    "opensandbox.models.pools": (*FACTS, "opensandbox.models", "opensandbox._core.pool.settings"),
    "opensandbox._core": VALUES,
    "opensandbox._core.convert": (*VALUES, "opensandbox._core", "opensandbox_api"),
    "opensandbox._async": DRIVEN,
    "opensandbox._sync": DRIVEN,
    # The published package offers `IsolationServiceMixin` among its protocols; ours is built on it.
    "opensandbox._async.run.isolation": (*DRIVEN, "opensandbox._async", "opensandbox.services.isolated"),
    "opensandbox._sync.run.isolation": (*DRIVEN, "opensandbox._sync", "opensandbox.sync.services.isolated"),
    "opensandbox.local": SERVED,
    # It hands out configurations that point to it.
    "opensandbox.local.server": (*SERVED, "opensandbox.local", "opensandbox.config"),
    # It asks a server as any program does, by the public names.
    "opensandbox.contract": ("opensandbox",),
    # Adapters are programs of users of the package, and of the embedded server where nothing else is configured.
    "opensandbox.integrations": ("opensandbox",),
    # Fixtures and the command line stand outside: they use the server and the SDK as any program does.
    "opensandbox.local.pytest_plugin": ("opensandbox",),
    "opensandbox.local.cli": ("opensandbox",),
}

# Arrows against the stream that annotations may take, below `if TYPE_CHECKING:`.
ANNOTATIONS = {
    "opensandbox.exceptions": ("opensandbox.models",),
    "opensandbox.models": ("opensandbox.config",),
    "opensandbox.models.pools": ("opensandbox._async", "opensandbox._sync", "opensandbox.config"),
    "opensandbox._core.pool.settings": ("opensandbox._async", "opensandbox._sync"),
    "opensandbox._async": ("opensandbox.services",),
    "opensandbox._sync": ("opensandbox.services", "opensandbox.sync.services"),
}

GENERATED_TYPES = re.compile(r"opensandbox_api\.(\w+\.models|(\w+\.)?types\.(UNSET|Unset|Record))\b")
KNOW_GENERATED_TYPES = ("opensandbox._core.convert", "opensandbox.api", "opensandbox.local")
CONCURRENCY = {"_thread", "anyio", "asyncio", "concurrent", "multiprocessing", "threading", "trio"}
KNOW_CONCURRENCY = (
    "opensandbox._concurrency",
    "opensandbox.contract",
    "opensandbox.integrations",
    "opensandbox.local",
)
MAY_START_SERVERS = ("opensandbox.local", "opensandbox.integrations")
# What has a clock, a die, a socket or a log is told to the core, or does what it decides.
IMPURE = {"httpcore", "httpx", "logging", "random", "secrets", "socket", "ssl", "subprocess", "time"}


def layer_of(module: str) -> str:
    return max((layer for layer in ARROWS if within(module, (layer,))), key=len)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def imports(node: ast.AST, annotates: bool = False) -> Iterator[tuple[int, str, bool]]:
    """Yield line, imported name, and whether type checkers alone see the import."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name, annotates) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        home = "." * node.level + (node.module or "")
        yield from ((node.lineno, f"{home}.{alias.name}", annotates) for alias in node.names)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if called in ("__import__", "import_module") and node.args and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value), annotates
    guarded = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    for child in ast.iter_child_nodes(node):
        yield from imports(child, annotates or guarded)


def objection(module: str, name: str, annotates: bool) -> str | None:
    layer, outside = layer_of(module), name.split(".")[0]
    if name.startswith("."):
        return "imports are absolute"
    if within(name, ("opensandbox.local",)) and not within(layer, MAY_START_SERVERS):
        return "nothing imports the embedded server"
    if outside in CONCURRENCY and not within(layer, KNOW_CONCURRENCY):
        return "use the pairs of opensandbox._concurrency"
    if GENERATED_TYPES.match(name) and not within(layer, KNOW_GENERATED_TYPES):
        return "generated types stop at opensandbox._core.convert"
    if outside in ("opensandbox", "opensandbox_api"):
        allowed = (layer, *ARROWS[layer], *(ANNOTATIONS.get(layer, ()) if annotates else ()))
        return None if within(name, allowed) else f"no arrow from {layer}"
    if layer.startswith("opensandbox._core") and outside in IMPURE:
        return "the core decides; it has no clock, no socket and no log"
    if layer in FACTS and outside not in sys.stdlib_module_names:
        return f"{layer} needs the standard library only"
    return None


def violations(root: Path) -> list[str]:
    found = []
    for path in sorted((root / "opensandbox").rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for line, name, annotates in imports(ast.parse(path.read_text(encoding="utf-8"))):
            if why := objection(module, name, annotates):
                found.append(f"{path.relative_to(root).as_posix()}:{line}: {name}: {why}")
    return found


def test_package_keeps_to_its_arrows() -> None:
    assert violations(ROOT) == []


def loaded_at_once(node: ast.AST) -> Iterator[str]:
    """Yield what a module imports when it is imported itself: not in functions, and not for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        yield from loaded_at_once(child)


def modules_and_what_they_load(root: Path) -> dict[str, set[str]]:
    sources = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (root / "opensandbox").rglob("*.py")
    }
    graph = {}
    for module, path in sources.items():
        names = loaded_at_once(ast.parse(path.read_text(encoding="utf-8")))
        needed = {name if name in sources else name.rpartition(".")[0] for name in names}
        graph[module] = (needed & sources.keys()) - {module}
    return graph


def test_no_modules_load_each_other_in_a_circle() -> None:
    graph = modules_and_what_they_load(ROOT)
    assert sum(map(len, graph.values())) > 500
    TopologicalSorter(graph).prepare()  # raises `CycleError`, which names the circle


def test_a_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "opensandbox").mkdir()
    (tmp_path / "opensandbox" / "a.py").write_text("from opensandbox import b")
    (tmp_path / "opensandbox" / "b.py").write_text("from opensandbox.a import x")
    with pytest.raises(CycleError):
        TopologicalSorter(modules_and_what_they_load(tmp_path)).prepare()


@pytest.mark.parametrize("layer", ARROWS)
def test_every_layer_exists(layer: str) -> None:
    path = ROOT / layer.replace(".", "/")
    assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@pytest.mark.parametrize(
    ("file", "source", "why"),
    [
        ("_core/pool/plan.py", "from time import monotonic", "the core decides"),
        ("_core/convert/x.py", "import httpx", "the core decides"),
        ("_core/calls/retry.py", "from opensandbox._async import http", "no arrow from opensandbox._core"),
        (
            "_core/calls/retry.py",
            "from opensandbox._concurrency.pairs import sleep",
            "no arrow from opensandbox._core",
        ),
        (
            "_core/requests.py",
            "from opensandbox_api.execd.api.health import ping",
            "no arrow from opensandbox._core",
        ),
        ("_core/requests.py", "from opensandbox_api.execd.types import UNSET", "generated types stop"),
        (
            "_async/calls/http.py",
            "def f():\n    from opensandbox_api.execd import models",
            "generated types stop",
        ),
        ("_async/calls/http.py", "import asyncio.events", "use the pairs"),
        (
            "_async/calls/http.py",
            "from opensandbox._sync.calls.http import Http",
            "no arrow from opensandbox._async",
        ),
        ("_async/calls/http.py", "from opensandbox import Sandbox", "no arrow from opensandbox._async"),
        ("_async/calls/http.py", "from .wire import Watch", "imports are absolute"),
        ("_async/calls/http.py", "from opensandbox import local", "nothing imports the embedded server"),
        ("_sync/pool/pool.py", "import threading", "use the pairs"),
        ("sandbox.py", "importlib.import_module('opensandbox.local')", "nothing imports the embedded server"),
        ("sandbox.py", "from concurrent.futures import Future", "use the pairs"),
        ("local/errors.py", "import opensandbox._core.run.sse", "no arrow from opensandbox.local"),
        (
            "local/server.py",
            "if TYPE_CHECKING:\n    from opensandbox import Sandbox",
            "no arrow from opensandbox.local",
        ),
        (
            "models/sandboxes.py",
            "from opensandbox.config import ConnectionConfig",
            "no arrow from opensandbox.models",
        ),
        ("exceptions/api.py", "import pydantic", "needs the standard library only"),
        ("constants.py", "import opensandbox.exceptions", "no arrow from opensandbox.constants"),
    ],
)
def test_import_against_an_arrow_is_reported(tmp_path: Path, file: str, source: str, why: str) -> None:
    path = tmp_path / "opensandbox" / file
    path.parent.mkdir(parents=True)
    path.write_text(source)

    (report,) = violations(tmp_path)

    assert report.startswith(f"opensandbox/{file}:")
    assert why in report


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("_async/calls/http.py", "import httpx\nfrom opensandbox_api.execd.api.health import ping"),
        ("_core/convert/x.py", "from opensandbox_api.execd.types import UNSET"),
        ("_concurrency/pairs.py", "import asyncio, threading"),
        (
            "local/server.py",
            "import asyncio\nfrom opensandbox.local import errors\nfrom opensandbox_api.execd import models",
        ),
        ("sandbox.py", "from opensandbox._async.sandbox import Sandbox"),
        ("models/endpoints.py", "if TYPE_CHECKING:\n    from opensandbox.config import ConnectionConfig"),
    ],
)
def test_import_along_an_arrow_is_fine(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / "opensandbox" / file
    path.parent.mkdir(parents=True)
    path.write_text(source)

    assert violations(tmp_path) == []
