"""The package as `pip install opensandbox` leaves it: everything imports, and what needs an extra says which."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.public.test_imports import public_modules

NEED_REDIS = ("opensandbox.async_redis_pool_store", "opensandbox.pool_redis", "opensandbox.redis_pool_store")
ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def installed_with(requirements: list[str]) -> set[str]:
    """Return the names of all distributions that these bring along."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        try:
            waiting += [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:
            found.discard(name)
    return found


def foreign_modules() -> list[str]:
    """Return the modules that are here for extras and tools alone."""
    own = installed_with(PROJECT["dependencies"]) | {"opensandbox"}
    return sorted(
        module
        for module, distributions in packages_distributions().items()
        if not own & {canonicalize_name(name) for name in distributions} and module.isidentifier()
    )


def run(program: str) -> str:
    """Run a program that finds nothing but the package and what it depends on; return what it prints."""
    prelude = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {set(foreign_modules())!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} (blocked by the test)", name=name)

sys.meta_path.insert(0, Blocked())
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", prelude + program],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'generated'}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_blocked_is_what_extras_bring() -> None:
    blocked = set(foreign_modules())
    assert {"redis", "websockets", "rich", "typer", "opentelemetry", "starlette", "pytest"} <= blocked
    assert not blocked & {
        "httpx",
        "httpcore",
        "h11",
        "anyio",
        "pydantic",
        "pydantic_core",
        "attr",
        "opensandbox",
    }


def test_everything_but_the_redis_stores_imports() -> None:
    modules = [name for name in public_modules() if name not in NEED_REDIS]
    program = f"""
import importlib
names = 0
for module in {modules!r}:
    loaded = importlib.import_module(module)
    for name in getattr(loaded, "__all__", ()):
        getattr(loaded, name)
        names += 1
print(names)
"""
    assert int(run(program)) > 100


CONNECTED = """
import asyncio, json
import httpx

def answer(request):
    body = {"id": "box", "status": {"state": "Running"}, "createdAt": "2026-01-02T03:04:05Z", "entrypoint": ["a"]}
    if "/endpoints/" in request.url.path:
        body = {"endpoint": "box.example.com"}
    return httpx.Response(200, json=body)

from opensandbox import Sandbox, SandboxSync
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
fake = {"domain": "example.com", "api_key": "k", "transport": httpx.MockTransport(answer)}

def blocking(use):
    with SandboxSync.connect("box", ConnectionConfigSync(**fake), skip_health_check=True) as sandbox:
        use(sandbox)

def on_asyncio(use):
    async def main():
        async with await Sandbox.connect("box", ConnectionConfig(**fake), skip_health_check=True) as sandbox:
            await use(sandbox)
    asyncio.run(main())
"""

NEEDS = {
    "pool-redis, blocking": "from opensandbox.pool_redis import RedisPoolStateStore",
    "pool-redis, on asyncio": "from opensandbox.async_redis_pool_store import AsyncRedisPoolStateStore",
    "pool-redis, by its older name": "import opensandbox.redis_pool_store",
    "pty, blocking": CONNECTED + "blocking(lambda sandbox: sandbox.pty.open())",
    "pty, on asyncio": CONNECTED + "on_asyncio(lambda sandbox: sandbox.pty.open())",
    "progress": "from opensandbox.progress import ProgressBar; ProgressBar()",
    "contract": """
import sys
from opensandbox.contract.__main__ import main
sys.stderr = sys.stdout
sys.exit(main([]) - 2)
""",
    "mcp": "from opensandbox.integrations.mcp import create_server",
    "local": """
import sys
from opensandbox.local.__main__ import main
sys.stderr = sys.stdout
sys.exit(main([]) - 1)
""",
}


@pytest.mark.parametrize("need", NEEDS)
def test_what_needs_an_extra_names_it(need: str) -> None:
    extra = need.partition(",")[0]
    assert extra in PROJECT["optional-dependencies"]
    program = f"""
try:
    exec({NEEDS[need]!r}, {{}})
except Exception as error:
    print(type(error).__name__, error)
"""
    printed = run(program)
    assert f'pip install "opensandbox[{extra}]"' in printed


def test_measuring_without_its_extra_measures_nothing_and_harms_nothing() -> None:
    program = CONNECTED.replace('"api_key": "k"', '"api_key": "k", "enable_tracing": True')
    printed = run(
        program
        + "blocking(lambda sandbox: print(sandbox.get_info().id))\n"
        + "async def show(sandbox): print((await sandbox.get_info()).id)\n"
        + "on_asyncio(show)\n"
    )
    assert printed == "box\nbox\n"
