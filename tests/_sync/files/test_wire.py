# Generated from tests/_async/files/test_wire.py by scripts/unasync.py. Do not edit.
"""Files on the wire: what is sent, connections that break, and answers that make no sense."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest

from opensandbox._concurrency.pairs import monotonic
from opensandbox._sync.calls.http import Connection, Http
from opensandbox._sync.files.service import FilesService
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxInternalException,
    SandboxNotFoundException,
    SandboxTimeoutException,
)
from opensandbox.models.filesystem import (
    ContentReplaceEntry,
    DirectoryListEntry,
    SearchEntry,
    WriteEntry,
)
from opensandbox.models.sandboxes import SandboxEndpoint
from opensandbox.transport.retry import RetryPolicy
from tests.support.scripted_server import CUT, HOLD, Answer, ScriptedServer, json_answer

DOWNLOAD, UPLOAD = "GET /files/download", "POST /files/upload"
PATIENCE = timedelta(seconds=5)
MONDAY, TUESDAY = formatdate(1_795_000_000, usegmt=True), formatdate(1_795_100_000, usegmt=True)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@contextmanager
def files_at(server: ScriptedServer, **settings: Any) -> Iterator[FilesService]:
    http = Http(
        ConnectionConfigSync(
            **{"retry_policy": RetryPolicy.disabled(), "request_timeout": PATIENCE, **settings}
        )
    )

    def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint=server.address))

    yield FilesService(connection)
    http.close()


@pytest.fixture
def files(server: ScriptedServer) -> Iterator[FilesService]:
    with files_at(server) as service:
        yield service


def part(content: bytes, start: int, whole: int, version: str, *more: object) -> Answer:
    headers = {"Content-Range": f"bytes {start}-{whole - 1}/{whole}", "Last-Modified": version}
    return Answer((content, *more), 206, headers)  # type: ignore[arg-type]


def whole(content: bytes, version: str, *more: object) -> Answer:
    return Answer((content, *more), 200, {"Last-Modified": version})  # type: ignore[arg-type]


def test_prefix_is_put_in_front_of_every_route(server: ScriptedServer, files: FilesService) -> None:
    seen = FilesService(files._connection, prefix="/v1/filesystem/1000/1001")
    server.answer("GET /v1/filesystem/1000/1001/files/download", Answer((b"content",)))
    server.answer("GET /v1/filesystem/1000/1001/files/search", json_answer([]))
    assert seen.read_bytes("/a b") == b"content"
    assert seen.search(SearchEntry(path="/a", pattern="*")) == []
    assert unquote_plus(server.lines()[0]) == "GET /v1/filesystem/1000/1001/files/download?path=/a b"


@pytest.mark.parametrize("body", [b"", b"null", b"[]"])
def test_empty_listing_in_any_form_is_an_empty_list(
    server: ScriptedServer, files: FilesService, body: bytes
) -> None:
    server.answer("GET /files/search", Answer((body,)))
    server.answer("GET /directories/list", Answer((body,)))
    assert files.search(SearchEntry(path="/a", pattern="*")) == []
    assert files.list_directory(DirectoryListEntry(path="/a")) == []


def test_unreadable_answer_is_an_error_that_keeps_its_status(
    server: ScriptedServer, files: FilesService
) -> None:
    server.answer("GET /files/search", Answer((b"<html>",)))
    server.answer("POST /files/replace", Answer())
    with pytest.raises(SandboxApiException) as caught:
        files.search(SearchEntry(path="/a", pattern="*"))
    assert caught.value.status_code == 200
    with pytest.raises(SandboxApiException, match="'/a'"):
        files.replace_contents_detailed([ContentReplaceEntry(path="/a", old_content="a", new_content="b")])
    entry = ContentReplaceEntry(path="/a", old_content="a", new_content="b")
    files.replace_contents([entry])
    server.answer("POST /files/replace", Answer((b"<html>",)))
    with pytest.raises(SandboxApiException, match="'/a'"):
        files.replace_contents([entry])


def test_not_found_for_another_reason_than_the_file_does_not_mean_that_it_is_missing(
    server: ScriptedServer, files: FilesService
) -> None:
    for body in (b"404 page not found", b"lost"):  # an ingress says so of a sandbox that is gone
        server.answer("GET /files/info", Answer((body,), 404))
        with pytest.raises(SandboxNotFoundException):
            files.exists("/a")
    server.answer("GET /files/info", json_answer({"code": "FILE_NOT_FOUND", "message": "no"}, 404))
    assert not files.exists("/a")


def test_length_is_announced_where_it_is_known(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            return 0

    server.answer(UPLOAD, Answer())
    (tmp_path / "local").write_bytes(b"x" * 3_000_000)
    files.write_file("/a", "text")
    with (tmp_path / "local").open("rb") as opened:
        files.write_file("/a", opened)
    files.write_file("/a", Endless())
    FilesService(files._connection, fixed_length=True).write_file("/a", Endless())

    text, large, unknown, fixed = [request.headers for request in server.requests]
    assert int(text["Content-Length"]) == len(server.requests[0].body)
    assert int(large["Content-Length"]) == len(server.requests[1].body) > 3_000_000
    assert large["Host"] == server.address
    assert unknown["Transfer-Encoding"] == "chunked"
    assert int(fixed["Content-Length"]) == len(server.requests[3].body)
    assert server.requests[3].body.startswith(b"--")


def test_break_in_the_middle_of_a_file_is_a_connection_error(
    server: ScriptedServer, files: FilesService
) -> None:
    server.answer(DOWNLOAD, Answer((b"x" * 100_000, CUT)))
    with pytest.raises(SandboxConnectionException):
        files.read_bytes("/a")

    pieces = files.read_bytes_stream("/a", chunk_size=1000)
    received = next(pieces)
    with pytest.raises(SandboxConnectionException):
        received += b"".join([piece for piece in pieces])
    assert received == b"x" * 1000


def test_stream_that_is_closed_early_lets_go_of_its_connection(server: ScriptedServer) -> None:
    server.answer(DOWNLOAD, Answer((b"x" * 100_000, HOLD)))
    server.answer("GET /files/search", json_answer([]))
    only_one = httpx.HTTPTransport(limits=httpx.Limits(max_connections=1))
    with files_at(server, transport=only_one) as files:
        pieces = files.read_bytes_stream("/a", chunk_size=1000)
        assert next(pieces) == b"x" * 1000
        pieces.close()
        assert next(pieces, None) is None
        assert files.search(SearchEntry(path="/a", pattern="*")) == []
    only_one.close()


def hang_up() -> None:
    raise ConnectionAbortedError


def test_upload_on_a_connection_that_died_idle_is_sent_once_more(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    (tmp_path / "local").write_bytes(b"x" * 3_000_000)
    server.answer("GET /files/search", json_answer([]))
    server.answer(UPLOAD, Answer(before=hang_up), Answer())
    files.search(SearchEntry(path="/a", pattern="*"))
    with (tmp_path / "local").open("rb") as opened:
        files.write_file("/a", opened)
    assert server.lines()[1:] == [UPLOAD, UPLOAD]
    assert b"x" * 3_000_000 in server.requests[2].body
    assert server.requests[2].body == server.requests[1].body


def test_upload_that_cannot_be_rewound_is_sent_once(server: ScriptedServer, files: FilesService) -> None:
    server.answer("GET /files/search", json_answer([]))
    server.answer(UPLOAD, Answer(before=hang_up), Answer())
    files.search(SearchEntry(path="/a", pattern="*"))
    reading, writing = os.pipe()
    os.write(writing, b"once")
    os.close(writing)
    with open(reading, "rb") as pipe, pytest.raises(SandboxConnectionException):
        files.write_file("/a", pipe)
    assert server.lines()[1:] == [UPLOAD]


def test_upload_follows_no_redirect(server: ScriptedServer) -> None:
    server.answer(UPLOAD, Answer(status=307, headers={"Location": "/elsewhere"}))
    with files_at(server, follow_redirects=True) as files:
        for data in ("text", io.BytesIO(b"x" * 3_000_000)):
            with pytest.raises(SandboxApiException) as caught:
                files.write_file("/a", data)
            assert caught.value.status_code == 307
    assert server.lines() == [UPLOAD, UPLOAD]


@pytest.mark.parametrize("timeout", [1.0, timedelta(seconds=1)])
def test_timeout_bounds_the_whole_transfer(
    server: ScriptedServer, files: FilesService, timeout: float | timedelta, tmp_path: Path
) -> None:
    server.answer(DOWNLOAD, Answer((b"x", HOLD)))
    server.answer(UPLOAD, Answer((HOLD,)))
    for call in (
        lambda: files.read_bytes("/a", timeout=timeout),
        lambda: files.download("/a", tmp_path / "a", timeout=timeout),
        lambda: files.write_file("/a", "x", timeout=timeout),
    ):
        begun = monotonic()
        with pytest.raises(SandboxTimeoutException):
            call()
        assert monotonic() - begun < 10  # far below the request timeout
    assert list(tmp_path.iterdir()) == []


def test_pause_longer_than_the_request_timeout_ends_a_read(server: ScriptedServer) -> None:
    server.answer(DOWNLOAD, Answer((b"x", HOLD)))
    with files_at(server, request_timeout=timedelta(milliseconds=200)) as files:
        with pytest.raises(SandboxTimeoutException):
            files.read_bytes("/a")


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "10"])
def test_timeout_that_makes_no_sense_is_refused(files: FilesService, timeout: float) -> None:
    with pytest.raises(InvalidArgumentException, match="timeout"):
        files.read_bytes("/a", timeout=timeout)
    with pytest.raises(InvalidArgumentException, match="timeout"):
        files.write_files([WriteEntry(path="/a", data="")], timeout=timeout)


def test_download_that_breaks_goes_on_where_it_broke(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    server.answer(
        DOWNLOAD, whole(b"0123", MONDAY, CUT), part(b"456", 4, 10, MONDAY, CUT), part(b"789", 7, 10, MONDAY)
    )
    files.download("/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert [
        (request.headers.get("Range"), request.headers.get("If-Range")) for request in server.requests
    ] == [
        (None, None),
        ("bytes=4-", MONDAY),
        ("bytes=7-", MONDAY),
    ]
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_file_that_changed_in_between_is_fetched_anew(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    server.answer(DOWNLOAD, whole(b"old co", MONDAY, CUT), whole(b"new content", TUESDAY))
    files.download("/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"new content"


def test_part_of_another_version_is_never_added(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    server.answer(DOWNLOAD, whole(b"old co", MONDAY, CUT), part(b"ntent", 6, 11, TUESDAY))
    with pytest.raises(SandboxInternalException, match="If-Range"):
        files.download("/a", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_file_without_a_version_is_fetched_anew(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    server.answer(DOWNLOAD, Answer((b"0123", CUT)), Answer((b"0123456789",)))
    files.download("/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert [request.headers.get("Range") for request in server.requests] == [None, None]


def test_download_that_brings_nothing_new_ends(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("before")
    server.answer(DOWNLOAD, whole(b"0123", MONDAY, CUT), part(b"", 4, 10, MONDAY, CUT))
    with pytest.raises(SandboxConnectionException):
        files.download("/a", tmp_path / "a")
    assert (tmp_path / "a").read_text() == "before"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_later_call_resumes_what_an_earlier_one_left(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    target = tmp_path / "a"
    server.answer(DOWNLOAD, whole(b"0123", MONDAY, CUT), json_answer({"code": "X", "message": "down"}, 500))
    with pytest.raises(SandboxException):
        files.download("/a", target, resume=True)
    assert (tmp_path / "a.part").read_bytes() == b"0123"

    server.answer(DOWNLOAD, part(b"456789", 4, 10, MONDAY))
    files.download("/a", target, resume=True)
    assert target.read_bytes() == b"0123456789"
    assert server.requests[-1].headers["If-Range"] == MONDAY
    assert list(tmp_path.iterdir()) == [target]


def test_leftover_of_another_version_or_writer_is_replaced(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    (tmp_path / "a.part").write_bytes(b"something quite different")
    server.answer(
        DOWNLOAD,
        Answer((b"out of range",), 416, {"Content-Range": "bytes */10"}),
        whole(b"0123456789", MONDAY),
    )
    files.download("/a", tmp_path / "a", resume=True)
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert "Range" not in server.requests[1].headers


def test_download_onto_a_directory_is_refused(
    server: ScriptedServer, files: FilesService, tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgumentException, match="target"):
        files.download("/a", tmp_path)
    assert server.requests == []
