# Generated from tests/_async/files/test_watching.py by scripts/unasync.py. Do not edit.
"""`files.watch` and links to files, on servers of either manner."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.files.service import FilesService
from opensandbox._sync.files.watching import FileWatchSync
from opensandbox.config import ConnectionConfigSync
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


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[SandboxSync]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        sandbox.commands.run("mkdir -p /w/sub && echo old > /w/old && echo old > /w/gone")
        yield sandbox


def seen_until(changes: FileWatchSync, *wanted: FileChange) -> list[FileChange]:
    """Return the changes until all of these have come."""
    found: list[FileChange] = []
    while not set(wanted) <= set(found):
        found.append(next(changes))
    return found


@pytest.mark.parametrize("method", ["inotify", "listing"])
def test_what_happens_below_a_directory_is_told(sandbox: SandboxSync, method: str) -> None:
    files = sandbox.files
    if method == "listing":
        # Files without a way to run programs, as those of a service that a caller made.
        files = FilesService(sandbox._execd)
    watch = files.watch("/w", interval=0.05)
    assert watch.method is None
    with watch as changes:
        assert changes.method == method
        sandbox.commands.run(
            "echo more >> /w/old; rm /w/gone; mkdir -p /w/sub/deep && echo x > /w/sub/deep/new && mkdir /w/last"
        )
        found = seen_until(
            changes,
            FileChange("changed", "/w/old"),
            FileChange("deleted", "/w/gone"),
            FileChange("created", "/w/sub/deep", True),
            FileChange("created", "/w/sub/deep/new"),
            FileChange("created", "/w/last", True),
        )
        assert not any(change.path in ("/w/sub", "/w") for change in found)
        sandbox.commands.run("mv /w/sub/deep/new /w/moved")
        seen_until(changes, FileChange("created", "/w/moved"), FileChange("deleted", "/w/sub/deep/new"))
        sandbox.commands.run("rm -r /w")
        assert [change for change in changes][-1] == FileChange("deleted", "/w", True)
        with pytest.raises(SandboxException, match="used once"):
            changes.__enter__()
    assert repr(watch) == f"{type(watch).__name__}('/w', method='{method}')"


def test_only_the_directory_itself(sandbox: SandboxSync) -> None:
    with sandbox.files.watch("/w", recursive=False) as changes:
        sandbox.commands.run("echo x > /w/sub/below; echo x > /w/here")
        found = seen_until(changes, FileChange("created", "/w/here"))
    assert {change.path for change in found} == {"/w/here"}
    with FilesService(sandbox._execd).watch("/w", recursive=False, interval=0.05) as changes:
        sandbox.commands.run("echo x > /w/sub/more; rm /w/here; mkdir /w/here")
        found = seen_until(changes, FileChange("created", "/w/here", True), FileChange("deleted", "/w/here"))
    assert found == [FileChange("deleted", "/w/here"), FileChange("created", "/w/here", True)]


def test_a_watch_says_what_is_wrong(sandbox: SandboxSync) -> None:
    with pytest.raises(SandboxFileNotFoundException):
        with sandbox.files.watch("/missing"):
            pass
    with pytest.raises(InvalidArgumentException, match="interval"):
        sandbox.files.watch("/w", interval=0)
    with pytest.raises(SandboxException, match="enter the watch first"):
        next(sandbox.files.watch("/w"))
    with sandbox.files.watch("/w") as changes:
        for process in sandbox.processes.list():
            if "class Watcher" in " ".join(process.command):
                sandbox.processes.kill(process.pid)
        with pytest.raises(SandboxException, match="ended early"):
            next(changes)


def test_a_daemon_that_wants_a_token_has_no_links(sandbox: SandboxSync) -> None:
    with pytest.raises(SandboxNotSupportedException, match=r"needs headers as well.*sandbox\.files"):
        sandbox.files.url("/w/old")
    with pytest.raises(SandboxNotSupportedException, match="no links"):
        FilesService(sandbox._execd).url("/w/old")
    with pytest.raises(InvalidArgumentException, match="valid_for"):
        sandbox.files.url("/w/old", valid_for=0)


def test_links_serve_anybody_for_a_while() -> None:
    endpoint = "GET /v1/sandboxes/sb-1/endpoints/44772"
    with ScriptedServer() as server:
        server.answer(endpoint, json_answer({"endpoint": f"{server.address}/signed", "headers": {}}))
        sandbox = SandboxSync("sb-1", connection_config=ConnectionConfigSync(domain=server.address))
        link = sandbox.files.url("/w/a file?", valid_for=timedelta(minutes=5))
        to = sandbox.files_with_identity(7, 8).upload_link("/w/a.txt", mode=600)
        sandbox.close()
    assert link == f"http://{server.address}/signed/files/download?path=%2Fw%2Fa%20file%3F"
    assert to.url == f"http://{server.address}/signed/v1/filesystem/7/8/files/upload"
    assert json.loads(to.metadata) == {"path": "/w/a.txt", "mode": 600}
    expires = int(server.requests[0].line.rpartition("expires=")[2])
    assert 250 < expires - time.time() < 350


def test_servers_without_signatures_are_named() -> None:
    endpoint = "GET /v1/sandboxes/sb-1/endpoints/44772"
    with ScriptedServer() as server:
        server.answer(
            endpoint,
            json_answer({"code": "SANDBOX::API_NOT_SUPPORTED", "message": "no signed routes"}, 400),
            json_answer({"endpoint": "gateway.example.com", "headers": {"X-Token": "t"}}),
            json_answer({"code": "NOT_FOUND", "message": "gone"}, 404),
        )
        sandbox = SandboxSync("sb-1", connection_config=ConnectionConfigSync(domain=server.address))
        with pytest.raises(SandboxNotSupportedException, match=r"signs no addresses.*sandbox\.files"):
            sandbox.files.url("/a")
        with pytest.raises(SandboxNotSupportedException, match="needs headers as well"):
            sandbox.files.upload_link("/a")
        with pytest.raises(SandboxApiException, match="gone"):
            sandbox.files.url("/a")
        sandbox.close()
