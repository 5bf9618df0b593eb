"""Calls as newcomers try them: they work, or the error names the right way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxException
from opensandbox.local import LocalServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Any]:
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


async def test_those_that_work(sandbox: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = sandbox.commands.run
    assert (await run("pwd", cwd="/tmp")).stdout == "/tmp\n"
    assert "A=1\n" in (await run("env", env={"A": "1"})).stdout
    assert (await run("sleep 9", timeout=1)).timed_out
    assert (await run("cat", input="text")).stdout == "text"
    assert "uid=0" in (await run("id", user="root")).stdout
    assert (await run("echo live; echo no >&2", on_stdout=print)).stderr == "no\n"
    assert capsys.readouterr().out == "live\n"
    assert (await run("true")).ok
    assert (await sandbox.code.run("1+1")).text == "2"
    await sandbox.files.create_directories("/workspace/a")
    assert await sandbox.files.exists("/workspace/a")
    await sandbox.files.write_file("/workspace/a/b.py", "")
    assert len(await sandbox.files.list_directory("/workspace/a")) == 1
    assert len(await sandbox.files.search("/workspace", "**/*.py")) == 1
    assert str(await sandbox.url(8000)).startswith("http")
    assert sandbox.id in [info.id async for info in Sandbox.list(connection_config=sandbox.connection_config)]


ELSEWHERE: list[tuple[str, Callable[[Any], Any], str]] = [
    ("run", lambda sandbox: sandbox.run("ls"), r"sandbox\.commands\.run"),
    ("exec", lambda sandbox: sandbox.exec("ls"), r"sandbox\.commands\.run"),
    ("run_code", lambda sandbox: sandbox.run_code("1+1"), r"sandbox\.code\.run"),
    ("read", lambda sandbox: sandbox.files.read("/x"), r"files\.read_file"),
    ("write", lambda sandbox: sandbox.files.write("/x", "y"), r"files\.write_file"),
    ("list", lambda sandbox: sandbox.files.list("/"), r"files\.list_directory"),
    ("remove", lambda sandbox: sandbox.files.remove("/x"), r"files\.delete"),
    ("make_dir", lambda sandbox: sandbox.files.make_dir("/x"), r"files\.create_directories"),
    ("get_host", lambda sandbox: sandbox.get_host(8000), r"sandbox\.url"),
    ("set_timeout", lambda sandbox: sandbox.set_timeout(60), r"sandbox\.renew"),
    ("list_processes", lambda sandbox: sandbox.list_processes(), r"sandbox\.processes\.list"),
    ("kill_process", lambda sandbox: sandbox.kill_process(12), r"sandbox\.processes\.kill"),
    ("get", lambda sandbox: Sandbox.get("id"), r"Sandbox\.connect"),
    ("unknown", lambda sandbox: sandbox.comands, r"did you mean 'commands'"),
    ("is_running", lambda sandbox: sandbox.is_running, r"no attribute 'is_running'"),
]


@pytest.mark.parametrize(
    ("use", "words"), [case[1:] for case in ELSEWHERE], ids=[case[0] for case in ELSEWHERE]
)
async def test_what_is_elsewhere_is_named(sandbox: Any, use: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(AttributeError, match=words):
        use(sandbox)


CREATIONS: list[tuple[dict[str, Any], str]] = [
    ({}, r"Sandbox.*create\(\"python:3\.12\"\)"),
    ({"image": "ubuntu", "name": "job-1"}, r"get_or_create"),
    ({"image": "ubuntu", "cpu": 2, "memory": "4Gi"}, r'resource=\{"cpu": "2", "memory": "4Gi"\}'),
    ({"image": "ubuntu", "timeout": "10m"}, r"timeout must be .*(seconds|timedelta)"),
    ({"image": "ubuntu", "metdata": {}}, r"did you mean 'metadata'"),
]


@pytest.mark.parametrize(("arguments", "words"), CREATIONS)
async def test_creations_that_are_refused_name_the_way(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, SandboxException), match=words):
        await Sandbox.create(**arguments)


TRANSFERS: list[tuple[str, Callable[[Any], Awaitable[Any]]]] = [
    ("path", lambda files: files.upload("a.txt")),
    ("target", lambda files: files.download("/x")),
]


@pytest.mark.parametrize(("name", "use"), TRANSFERS)
async def test_a_transfer_asks_where_to(
    sandbox: Any, name: str, use: Callable[[Any], Awaitable[Any]]
) -> None:
    with pytest.raises(TypeError, match=f"missing 1 required positional argument: '{name}'"):
        await use(sandbox.files)
