"""Each extra alone: what it brings works, and what another one brings is asked for by its name."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from opensandbox.local import LocalServer
from scripts.matrix.table import Row, attempt
from tests.support.installed import ROOT, DoesNotWork, Installed, new_environment
from tests.support.redis import RedisServer

PRELUDE = """
import asyncio, os
from opensandbox import Sandbox, SandboxSync
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
settings = {"domain": os.environ["DOMAIN"], "api_key": os.environ["KEY"], "trust_env": False}

def create(**more):
    return SandboxSync.ephemeral("ubuntu", connection_config=ConnectionConfigSync(**settings, **more))

def asks_for(extra, use):
    try:
        use()
    except Exception as error:
        assert f'pip install "opensandbox[{extra}]"' in str(error), error
    else:
        raise AssertionError(f"{extra} is there")
"""

PROGRAMS = {
    "": """
with create() as sandbox:
    assert sandbox.commands.run("echo here").text == "here"
    asks_for("pty", lambda: sandbox.pty.open("cat"))

def stores():
    import opensandbox.pool_redis
def server():
    from opensandbox.local import LocalServer
    LocalServer().start()
def bar():
    from opensandbox.progress import ProgressBar
    ProgressBar()
asks_for("pool-redis", stores)
asks_for("local", server)
asks_for("progress", bar)
""",
    "contract": """
from opensandbox.contract.__main__ import main
assert main(["--domain", settings["domain"], "--api-key", settings["api_key"], "--only", "^(ping|runCommand)$"]) == 0
""",
    "fast": """
async def main():
    async with Sandbox.ephemeral("ubuntu", connection_config=ConnectionConfig(**settings)) as sandbox:
        assert (await sandbox.commands.run("echo here")).text == "here"
asyncio.run(main())
""",
    "local": """
from opensandbox.local import LocalServer
with LocalServer() as server:
    with SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox:
        assert sandbox.code.run("6 * 7").result[0].text == "42"
""",
    "local-code": """
def server():
    from opensandbox.local import LocalServer
    LocalServer().start()
asks_for("local", server)
""",
    "local-javascript": """
def server():
    from opensandbox.local import LocalServer
    LocalServer().start()
asks_for("local", server)
""",
    "deepagents": """
from opensandbox.integrations.deepagents import OpenSandboxBackend
with OpenSandboxBackend(connection_config=ConnectionConfigSync(**settings)) as backend:
    assert backend.execute("echo here").output == "here\\n"
""",
    "inspect": """
from inspect_ai.util._sandbox.registry import registry_find_sandboxenv
assert registry_find_sandboxenv("opensandbox").__module__ == "opensandbox.integrations.inspect"
""",
    "adk": """
from google.adk.code_executors.code_execution_utils import CodeExecutionInput
from opensandbox.integrations.adk import OpenSandboxCodeExecutor
executor = OpenSandboxCodeExecutor(connection_config=ConnectionConfigSync(**settings))
assert executor.execute_code(None, CodeExecutionInput("print(6 * 7)")).stdout == "42\\n"
executor.close()
""",
    "jupyter": """
from IPython.core.interactiveshell import InteractiveShell
os.environ |= {"OPEN_SANDBOX_DOMAIN": os.environ["DOMAIN"], "OPEN_SANDBOX_API_KEY": os.environ["KEY"]}
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "opensandbox.integrations.jupyter")
assert shell.run_cell("%%sandbox\\nprint(6 * 7)").success
""",
    "openai-agents": """
from opensandbox.integrations.openai_agents import OpenSandboxClient
async def main():
    async with await OpenSandboxClient(ConnectionConfig(**settings)).create() as session:
        assert (await session.exec("echo here")).stdout == b"here\\n"
asyncio.run(main())
""",
    "smolagents": """
from opensandbox.integrations.smolagents import OpenSandboxExecutor
executor = OpenSandboxExecutor(connection_config=ConnectionConfigSync(**settings))
assert executor("6 * 7").output == "42"
executor.cleanup()
""",
    "mcp": """
from mcp import Client
from opensandbox.integrations.mcp import create_server
async def main():
    async with Client(create_server(image="ubuntu", connection_config=ConnectionConfig(**settings))) as client:
        outcome = await client.call_tool("command_run", {"command": "echo here"})
        assert outcome.structured_content["stdout"] == "here\\n", outcome
asyncio.run(main())
""",
    "otel": """
with create(enable_tracing=True) as sandbox:
    assert sandbox.commands.run("echo here").text == "here"
""",
    "pool-redis": """
import redis
from opensandbox.pool_redis import RedisPoolStateStore
store = RedisPoolStateStore(redis.Redis.from_url(os.environ["REDIS"]))
assert store.snapshot_counters("pool").idle_count == 0
""",
    "progress": """
from opensandbox.progress import ProgressBar
with create() as sandbox, ProgressBar() as bar:
    sandbox.files.write_file("/tmp/there", "x" * 100_000, progress=bar)
""",
    "pty": """
with create() as sandbox, sandbox.pty.open("echo here", pty=False) as terminal:
    assert b"".join(terminal) == b"here\\n"
""",
    "socks": """
from opensandbox.exceptions import SandboxConnectionException
try:
    create(proxy="socks5://127.0.0.1:9").__enter__()
except SandboxConnectionException as error:
    assert "pip install" not in str(error), error
else:
    raise AssertionError("nobody listens there")
""",
}


def rows(wheel: Path, only: str = "") -> Iterator[Row]:
    """Try the package without extras and with each, and yield what came of it."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    names = {extra: f"the extra {extra} alone" if extra else "no extra" for extra in ["", *sorted(extras)]}
    if not any(only in name for name in names.values()):
        return
    with LocalServer() as server, RedisServer() as redis:
        variables = {"DOMAIN": server.domain, "KEY": server.api_key, "REDIS": redis.url}
        for extra, name in names.items():
            if only in name:
                yield attempt(name, partial(use, extra, wheel, variables))


def use(extra: str, wheel: Path, variables: dict[str, str]) -> str:
    """Install with one extra, and run what it is for."""
    if extra not in PROGRAMS:
        raise DoesNotWork(f"no program tries the extra {extra}")
    with tempfile.TemporaryDirectory(prefix="matrix-") as place:
        environment, home = Path(place) / "environment", Path(place) / "home"
        home.mkdir()
        bracketed = f"[{extra}]" if extra else ""
        new_environment(environment, [f"opensandbox{bracketed} @ {wheel.as_uri()}"])
        installed = Installed(environment, home, variables=variables)
        installed.run("python", "-W", "error", installed.write("use.py", PRELUDE + PROGRAMS[extra]))
    return "works" if extra else "works, and says what is missing"
