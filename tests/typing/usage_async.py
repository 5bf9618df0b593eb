"""What a type checker makes of programs on asyncio; `make check` runs two of them over this file, nobody runs the file.

`assert_type` fails where a type is another one, or is not known at all.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import PurePosixPath
from signal import Signals
from typing import assert_type

import httpx
import httpx2

from opensandbox import Sandbox, SandboxManager
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxException, SandboxNotFoundException
from opensandbox.local import LocalServer
from opensandbox.models import (
    EntryInfo,
    Execution,
    ExecutionHandlers,
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
from opensandbox.transport import RetryAsyncTransport, RetryPolicy


async def life() -> Sandbox:
    """Keywords are checked, nested models may be plain, and durations are either."""
    async with LocalServer() as server:
        config: ConnectionConfig = server.connection_config(request_timeout=timedelta(seconds=5))
        sandbox = await Sandbox.create(
            "ubuntu",
            timeout=timedelta(minutes=5),
            env={"A": "b"},
            metadata={"team": "a"},
            network_policy=NetworkPolicy(default_action="deny"),
            connection_config=config,
        )
    assert_type(sandbox, Sandbox)
    assert_type(sandbox.id, str)
    assert_type(await Sandbox.get_or_create("a", "ubuntu", timeout=60), Sandbox)
    assert_type(sandbox.copy_settings(request_timeout=1), Sandbox)
    assert_type([info async for info in Sandbox.list()], list[SandboxInfo])
    assert_type(await sandbox.get_info(), SandboxInfo)
    assert_type(await sandbox.get_metrics(), SandboxMetrics)
    assert_type(await sandbox.is_healthy(), bool)
    return sandbox


async def commands(sandbox: Sandbox) -> int | None:
    """Handlers may be coroutines."""

    async def show(message: OutputMessage) -> None:
        assert_type(message.text, str)

    assert_type((await sandbox.commands.start("make", input="y")).execution_id, str)
    async with await sandbox.commands.start("cat", stdin=True) as piped:
        await piped.write("text")
        assert_type([piece.data async for piece in piped], list[bytes])
        assert_type(piped.exit_code, int | None)
        assert_type(await piped.wait(5), int)
    await sandbox.commands.start("cat", stdin=True, timeout=5)  # type: ignore[call-overload]
    async with sandbox.files.watch("/workspace") as changes:
        assert_type([change async for change in changes], list[FileChange])
    assert_type(await sandbox.files.url("/a", valid_for=60), str)
    assert_type((await sandbox.files.upload_link("/a")).metadata, str)
    assert_type([item.running for item in await sandbox.commands.list()], list[bool | None])
    assert_type(sandbox.last_response, ResponseInfo | None)
    assert_type(await sandbox.code.contexts.wait("id"), None)
    execution = await sandbox.commands.run("make", handlers=ExecutionHandlers(on_stdout=show))
    assert_type(execution, Execution)
    assert_type(execution.logs.stdout, list[OutputMessage])
    await sandbox.commands.run(
        "make", cwd="/a", env={"A": "1"}, timeout=1, user="root", input=b"", on_stdout=print
    )
    assert_type(execution.stdout, str)
    assert_type(execution.signal, Signals | None)
    assert_type(execution.duration, timedelta | None)
    return execution.exit_code


async def files(sandbox: Sandbox) -> AsyncIterator[str]:
    """Text, bytes and records are told apart."""
    await sandbox.files.write_file("/a", b"bytes")
    assert_type(await sandbox.files.read_file("/a"), str)
    assert_type(await sandbox.files.read_bytes("/a"), bytes)
    assert_type(await sandbox.files.search("/", "*.py"), list[EntryInfo])
    assert_type(await sandbox.files.list_directory(PurePosixPath("/"), depth=2), list[EntryInfo])
    await sandbox.files.delete("/a", recursive=True)
    assert_type(await (await sandbox.files.open("/a")).read(), str)
    assert_type(await (await sandbox.files.open("/a", "rb")).read(), bytes)
    assert_type(await sandbox.files.search(SearchEntry(path="/", pattern="*")), list[EntryInfo])
    async for entry in sandbox.files.walk("/"):
        yield entry.path


async def managing(config: ConnectionConfig) -> None:
    """Exceptions have facts as attributes."""
    async with await SandboxManager.create(connection_config=config) as manager:
        page = await manager.list_sandbox_infos(SandboxFilter())
        assert_type(page.sandbox_infos, list[SandboxInfo])
        try:
            await manager.kill_sandbox("id")
        except SandboxNotFoundException as missing:
            assert_type(missing.status_code, int | None)
        except SandboxException as failure:
            assert_type(failure.request_id, str | None)


async def dicts(sandbox: Sandbox, rules: list[NetworkRule]) -> None:
    """Wherever a model goes a dict of its fields goes, and no other."""
    await sandbox.patch_egress_rules(rules)
    await sandbox.patch_egress_rules([{"action": "allow", "target": "example.com"}])
    await sandbox.commands.run("make", opts={"working_directory": "/workspace", "timeout": 60})
    await sandbox.commands.run("make", opts={"cwd": "/workspace"})  # type: ignore[arg-type]
    await sandbox.files.search({"path": "/"})  # type: ignore[arg-type]
    await Sandbox.create(
        "ubuntu",
        network_policy={"default_action": "deny", "egress": [{"action": "allow", "target": "example.com"}]},
        volumes=[{"name": "data", "mount_path": "/data", "host": {"path": "/srv"}}],
    )
    await Sandbox.create("ubuntu", network_policy={"default_action": "none"})  # type: ignore[arg-type]


def transports(policy: RetryPolicy) -> None:
    """Transports of httpx and httpx2 fit; those of the other twin, and clients, do not."""
    ConnectionConfig(transport=httpx.AsyncHTTPTransport())
    ConnectionConfig(transport=httpx2.AsyncHTTPTransport())
    ConnectionConfig(transport=RetryAsyncTransport(httpx2.AsyncHTTPTransport(), policy))
    ConnectionConfig(transport=ConnectionConfig().new_owned_transport())
    ConnectionConfig(transport=httpx.HTTPTransport())  # type: ignore[arg-type]
    ConnectionConfig(transport=httpx2.HTTPTransport())  # type: ignore[arg-type]
    ConnectionConfig(transport=httpx.AsyncClient())  # type: ignore[arg-type]
