# Generated from tests/_async/control/test_guesses.py by scripts/unasync.py. Do not edit.
"""Calls as newcomers try them: they work, or the error names the right way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxException
from opensandbox.local import LocalServer


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[Any]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


def test_those_that_work(sandbox: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = sandbox.commands.run
    assert (run("pwd", cwd="/tmp")).stdout == "/tmp\n"
    assert "A=1\n" in (run("env", env={"A": "1"})).stdout
    assert (run("sleep 9", timeout=1)).timed_out
    assert (run("cat", input="text")).stdout == "text"
    assert "uid=0" in (run("id", user="root")).stdout
    assert (run("echo live; echo no >&2", on_stdout=print)).stderr == "no\n"
    assert capsys.readouterr().out == "live\n"
    assert (run("true")).ok
    assert (sandbox.code.run("1+1")).text == "2"
    sandbox.files.create_directories("/workspace/a")
    assert sandbox.files.exists("/workspace/a")
    sandbox.files.write_file("/workspace/a/b.py", "")
    assert len(sandbox.files.list_directory("/workspace/a")) == 1
    assert len(sandbox.files.search("/workspace", "**/*.py")) == 1
    assert str(sandbox.url(8000)).startswith("http")
    assert sandbox.id in [info.id for info in SandboxSync.list(connection_config=sandbox.connection_config)]


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
    ("get", lambda sandbox: SandboxSync.get("id"), r"Sandbox\.connect"),
    ("unknown", lambda sandbox: sandbox.comands, r"did you mean 'commands'"),
    ("is_running", lambda sandbox: sandbox.is_running, r"no attribute 'is_running'"),
]


@pytest.mark.parametrize(
    ("use", "words"), [case[1:] for case in ELSEWHERE], ids=[case[0] for case in ELSEWHERE]
)
def test_what_is_elsewhere_is_named(sandbox: Any, use: Callable[[Any], Any], words: str) -> None:
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
def test_creations_that_are_refused_name_the_way(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, SandboxException), match=words):
        SandboxSync.create(**arguments)


TRANSFERS: list[tuple[str, Callable[[Any], Any]]] = [
    ("path", lambda files: files.upload("a.txt")),
    ("target", lambda files: files.download("/x")),
]


@pytest.mark.parametrize(("name", "use"), TRANSFERS)
def test_a_transfer_asks_where_to(sandbox: Any, name: str, use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=f"missing 1 required positional argument: '{name}'"):
        use(sandbox.files)
