"""`files.watch` and links to files, on servers of either manner."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from opensandbox import Sandbox
from opensandbox._async.files.service import FilesService
from opensandbox._async.files.watching import FileWatch
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxException,
    SandboxFileNotFoundException,
    SandboxNotSupportedException,
)
from opensandbox.local import LocalServer
from opensandbox.models import FileChange
from tests.support.scripted_server import ScriptedServer, json_answer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        await sandbox.commands.run("mkdir -p /w/sub && echo old > /w/old && echo old > /w/gone")
        yield sandbox


async def seen_until(changes: FileWatch, *wanted: FileChange) -> list[FileChange]:
    """Return the changes until all of these have come."""
    found: list[FileChange] = []
    while not set(wanted) <= set(found):
        found.append(await anext(changes))
    return found


@pytest.mark.parametrize("method", ["inotify", "listing"])
async def test_what_happens_below_a_directory_is_told(sandbox: Sandbox, method: str) -> None:
    files = sandbox.files
    if method == "listing":
        # Files without a way to run programs, as those of a service that a caller made.
        files = FilesService(sandbox._execd)
    watch = files.watch("/w", interval=0.05)
    assert watch.method is None
    async with watch as changes:
        assert changes.method == method
        await sandbox.commands.run(
            "echo more >> /w/old; rm /w/gone; mkdir -p /w/sub/deep && echo x > /w/sub/deep/new && mkdir /w/last"
        )
        found = await seen_until(
            changes,
            FileChange("changed", "/w/old"),
            FileChange("deleted", "/w/gone"),
            FileChange("created", "/w/sub/deep", True),
            FileChange("created", "/w/sub/deep/new"),
            FileChange("created", "/w/last", True),
        )
        assert not any(change.path in ("/w/sub", "/w") for change in found)
        await sandbox.commands.run("mv /w/sub/deep/new /w/moved")
        await seen_until(changes, FileChange("created", "/w/moved"), FileChange("deleted", "/w/sub/deep/new"))
        await sandbox.commands.run("rm -r /w")
        assert [change async for change in changes][-1] == FileChange("deleted", "/w", True)
        with pytest.raises(SandboxException, match="used once"):
            await changes.__aenter__()
    assert repr(watch) == f"{type(watch).__name__}('/w', method='{method}')"


async def test_only_the_directory_itself(sandbox: Sandbox) -> None:
    async with sandbox.files.watch("/w", recursive=False) as changes:
        await sandbox.commands.run("echo x > /w/sub/below; echo x > /w/here")
        found = await seen_until(changes, FileChange("created", "/w/here"))
    assert {change.path for change in found} == {"/w/here"}
    async with FilesService(sandbox._execd).watch("/w", recursive=False, interval=0.05) as changes:
        await sandbox.commands.run("echo x > /w/sub/more; rm /w/here; mkdir /w/here")
        found = await seen_until(
            changes, FileChange("created", "/w/here", True), FileChange("deleted", "/w/here")
        )
    assert found == [FileChange("deleted", "/w/here"), FileChange("created", "/w/here", True)]


async def test_a_watch_says_what_is_wrong(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxFileNotFoundException):
        async with sandbox.files.watch("/missing"):
            pass
    with pytest.raises(InvalidArgumentException, match="interval"):
        sandbox.files.watch("/w", interval=0)
    with pytest.raises(SandboxException, match="enter the watch first"):
        await anext(sandbox.files.watch("/w"))
    async with sandbox.files.watch("/w") as changes:
        for process in await sandbox.processes.list():
            if "class Watcher" in " ".join(process.command):
                await sandbox.processes.kill(process.pid)
        with pytest.raises(SandboxException, match="ended early"):
            await anext(changes)


async def test_a_daemon_that_wants_a_token_has_no_links(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxNotSupportedException, match=r"needs headers as well.*sandbox\.files"):
        await sandbox.files.url("/w/old")
    with pytest.raises(SandboxNotSupportedException, match="no links"):
        await FilesService(sandbox._execd).url("/w/old")
    with pytest.raises(InvalidArgumentException, match="valid_for"):
        await sandbox.files.url("/w/old", valid_for=0)


async def test_links_serve_anybody_for_a_while() -> None:
    endpoint = "GET /v1/sandboxes/sb-1/endpoints/44772"
    with ScriptedServer() as server:
        server.answer(endpoint, json_answer({"endpoint": f"{server.address}/signed", "headers": {}}))
        sandbox = Sandbox("sb-1", connection_config=ConnectionConfig(domain=server.address))
        link = await sandbox.files.url("/w/a file?", valid_for=timedelta(minutes=5))
        to = await sandbox.files_with_identity(7, 8).upload_link("/w/a.txt", mode=600)
        await sandbox.close()
    assert link == f"http://{server.address}/signed/files/download?path=%2Fw%2Fa%20file%3F"
    assert to.url == f"http://{server.address}/signed/v1/filesystem/7/8/files/upload"
    assert json.loads(to.metadata) == {"path": "/w/a.txt", "mode": 600}
    expires = int(server.requests[0].line.rpartition("expires=")[2])
    assert 250 < expires - time.time() < 350


async def test_servers_without_signatures_are_named() -> None:
    endpoint = "GET /v1/sandboxes/sb-1/endpoints/44772"
    with ScriptedServer() as server:
        server.answer(
            endpoint,
            json_answer({"code": "SANDBOX::API_NOT_SUPPORTED", "message": "no signed routes"}, 400),
            json_answer({"endpoint": "gateway.example.com", "headers": {"X-Token": "t"}}),
            json_answer({"code": "NOT_FOUND", "message": "gone"}, 404),
        )
        sandbox = Sandbox("sb-1", connection_config=ConnectionConfig(domain=server.address))
        with pytest.raises(SandboxNotSupportedException, match=r"signs no addresses.*sandbox\.files"):
            await sandbox.files.url("/a")
        with pytest.raises(SandboxNotSupportedException, match="needs headers as well"):
            await sandbox.files.upload_link("/a")
        with pytest.raises(SandboxApiException, match="gone"):
            await sandbox.files.url("/a")
        await sandbox.close()
