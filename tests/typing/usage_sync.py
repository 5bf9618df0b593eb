"""What a type checker makes of programs that block; `make check` runs two of them over this file, nobody runs the file.

`assert_type` fails where a type is another one, or is not known at all.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from signal import Signals
from typing import assert_type

import httpx
import httpx2

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxException, SandboxNotFoundException
from opensandbox.local import LocalServer
from opensandbox.models import (
    EntryInfo,
    Execution,
    ExecutionHandlersSync,
    FileChange,
    NetworkPolicy,
    NetworkRule,
    OutputMessage,
    ResponseInfo,
    SandboxFilter,
    SandboxInfo,
    SandboxMetrics,
    SearchEntry,
)
from opensandbox.transport import RetryPolicy, RetrySyncTransport


def life() -> SandboxSync:
    """Keywords are checked, nested models may be plain, and durations are either."""
    with LocalServer() as server:
        config: ConnectionConfigSync = server.connection_config_sync(request_timeout=timedelta(seconds=5))
        sandbox = SandboxSync.create(
            "ubuntu",
            timeout=timedelta(minutes=5),
            env={"A": "b"},
            metadata={"team": "a"},
            network_policy=NetworkPolicy(default_action="deny"),
            connection_config=config,
        )
    assert_type(sandbox, SandboxSync)
    assert_type(sandbox.id, str)
    assert_type(SandboxSync.get_or_create("a", "ubuntu", timeout=60), SandboxSync)
    assert_type(sandbox.copy_settings(request_timeout=1), SandboxSync)
    assert_type(list(SandboxSync.list()), list[SandboxInfo])
    assert_type(sandbox.get_info(), SandboxInfo)
    assert_type(sandbox.get_metrics(), SandboxMetrics)
    assert_type(sandbox.is_healthy(), bool)
    return sandbox


def commands(sandbox: SandboxSync) -> int | None:
    """Handlers are plain functions."""

    def show(message: OutputMessage) -> None:
        assert_type(message.text, str)

    assert_type((sandbox.commands.start("make", input="y")).execution_id, str)
    with sandbox.commands.start("cat", stdin=True) as piped:
        piped.write("text")
        assert_type([piece.data for piece in piped], list[bytes])
        assert_type(piped.exit_code, int | None)
        assert_type(piped.wait(5), int)
    sandbox.commands.start("cat", stdin=True, timeout=5)  # type: ignore[call-overload]
    with sandbox.files.watch("/workspace") as changes:
        assert_type(list(changes), list[FileChange])
    assert_type(sandbox.files.url("/a", valid_for=60), str)
    assert_type((sandbox.files.upload_link("/a")).metadata, str)
    assert_type([item.running for item in sandbox.commands.list()], list[bool | None])
    assert_type(sandbox.last_response, ResponseInfo | None)
    assert_type(sandbox.code.contexts.wait("id"), None)
    execution = sandbox.commands.run("make", handlers=ExecutionHandlersSync(on_stdout=show))
    assert_type(execution, Execution)
    assert_type(execution.logs.stdout, list[OutputMessage])
    sandbox.commands.run("make", cwd="/a", env={"A": "1"}, timeout=1, user="root", input=b"", on_stdout=print)
    assert_type(execution.stdout, str)
    assert_type(execution.signal, Signals | None)
    assert_type(execution.duration, timedelta | None)
    return execution.exit_code


def files(sandbox: SandboxSync) -> Iterator[str]:
    """Text, bytes and records are told apart."""
    sandbox.files.write_file("/a", b"bytes")
    assert_type(sandbox.files.read_file("/a"), str)
    assert_type(sandbox.files.read_bytes("/a"), bytes)
    assert_type(sandbox.files.search("/", "*.py"), list[EntryInfo])
    assert_type(sandbox.files.list_directory(PurePosixPath("/"), depth=2), list[EntryInfo])
    sandbox.files.delete("/a", recursive=True)
    assert_type((sandbox.files.open("/a")).read(), str)
    assert_type((sandbox.files.open("/a", "rb")).read(), bytes)
    assert_type(sandbox.files.search(SearchEntry(path="/", pattern="*")), list[EntryInfo])
    for entry in sandbox.files.walk("/"):
        yield entry.path


def managing(config: ConnectionConfigSync) -> None:
    """Exceptions have facts as attributes."""
    with SandboxManagerSync.create(connection_config=config) as manager:
        page = manager.list_sandbox_infos(SandboxFilter())
        assert_type(page.sandbox_infos, list[SandboxInfo])
        try:
            manager.kill_sandbox("id")
        except SandboxNotFoundException as missing:
            assert_type(missing.status_code, int | None)
        except SandboxException as failure:
            assert_type(failure.request_id, str | None)


def dicts(sandbox: SandboxSync, rules: list[NetworkRule]) -> None:
    """Wherever a model goes a dict of its fields goes, and no other."""
    sandbox.patch_egress_rules(rules)
    sandbox.patch_egress_rules([{"action": "allow", "target": "example.com"}])
    sandbox.commands.run("make", opts={"working_directory": "/workspace", "timeout": 60})
    sandbox.commands.run("make", opts={"cwd": "/workspace"})  # type: ignore[arg-type]
    sandbox.files.search({"path": "/"})  # type: ignore[arg-type]
    SandboxSync.create(
        "ubuntu",
        network_policy={"default_action": "deny", "egress": [{"action": "allow", "target": "example.com"}]},
        volumes=[{"name": "data", "mount_path": "/data", "host": {"path": "/srv"}}],
    )
    SandboxSync.create("ubuntu", network_policy={"default_action": "none"})  # type: ignore[arg-type]


def transports(policy: RetryPolicy) -> None:
    """Transports of httpx and httpx2 fit; those of the other twin, and clients, do not."""
    ConnectionConfigSync(transport=httpx.HTTPTransport())
    ConnectionConfigSync(transport=httpx2.HTTPTransport())
    ConnectionConfigSync(transport=RetrySyncTransport(httpx2.HTTPTransport(), policy))
    ConnectionConfigSync(transport=ConnectionConfigSync().new_owned_transport())
    ConnectionConfigSync(transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]
    ConnectionConfigSync(transport=httpx2.AsyncHTTPTransport())  # type: ignore[arg-type]
    ConnectionConfigSync(transport=httpx.Client())  # type: ignore[arg-type]
