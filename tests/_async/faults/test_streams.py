"""Event streams of a command that break, stall or bring nonsense: each way has an outcome, and nothing is left behind."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import monotonic
from opensandbox.exceptions import (
    ExecutionAbortedException,
    IncompleteStreamException,
    MalformedEventException,
    SandboxConnectionException,
    SandboxException,
    SandboxTimeoutException,
    StreamTimeoutException,
)
from tests._async.attaching import attach
from tests._async.leaks import connections_in_use
from tests.support.deployment import COMPLETE, EVENTS, INIT, OUTPUT, PING, STREAM_HEAD, Deployment
from tests.support.faults import FIN, HOLD, RST, Act, Drip, Script, chunk, head
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.anyio

COMMAND = "POST /at/box/44772/command"
TEXT = "grüße"
UNTIL_CLOSE = head(200, content_type="text/event-stream", connection="close")
SOON = 10.0
"""Seconds within which a call that may take a fraction of one has to end."""


def as_sent(payloads: bytes, framing: str) -> bytes:
    """Frame events as older daemons do, or as the standard has it."""
    return payloads if framing == "bare" else payloads.replace(b'{"timestamp"', b'data: {"timestamp"')


async def outcome(sandbox: Sandbox, **options: Any) -> Any:
    """Return what a run returns or raises; no connection may stay in use after it."""
    try:
        result: Any = await sandbox.commands.run("make", **options)
    except SandboxException as failure:
        result = failure
    end = monotonic() + PATIENCE
    while connections_in_use():
        # On a busy machine a stream may be put aside, as if the server held it open. The next request looks after it.
        await sandbox.is_healthy()
        assert monotonic() < end, "a connection stayed in use"
    return result


@pytest.mark.parametrize(
    ("transfer", "framing", "end"),
    [
        ("chunked", "bare", RST),
        ("until close", "standard", FIN),
        pytest.param("chunked", "bare", FIN, marks=pytest.mark.long),
        pytest.param("until close", "standard", RST, marks=pytest.mark.long),
    ],
)
async def test_stream_cut_at_any_byte_is_whole_or_lost(
    deployment: Deployment, transfer: str, framing: str, end: Act
) -> None:
    events = [as_sent(part, framing) for part in (INIT, PING, OUTPUT, COMPLETE)]
    if transfer == "chunked":
        start, parts = STREAM_HEAD, [chunk(part) for part in events]
    else:
        start, parts = UNTIL_CLOSE, events
    sent = b"".join([start, *parts])
    # The line end of a chunk that is there does not matter any more, and a proper end closes the last event as well.
    dispensable = 2 if transfer == "chunked" or end is FIN else 0
    whole = len(sent) - dispensable
    printed = whole - len(parts[-1])

    async with await attach(deployment) as sandbox:
        # Not from 0: a reused connection that ends before any byte came is another matter. Heads are alike: once will do.
        first = 1 if transfer == "chunked" else len(start)
        for cut in range(first, len(sent)):
            deployment.script(COMMAND, [sent[:cut], end])
            result = await outcome(sandbox)
            where = f"cut after {cut} of {len(sent)} bytes: {result!r}"
            if cut >= whole:
                assert not isinstance(result, Exception), where
                assert (result.text, result.exit_code) == (TEXT, 0), where
                continue
            if cut < len(start):
                assert type(result) is SandboxConnectionException, where
                continue
            assert type(result) is IncompleteStreamException, where
            assert result.execution is not None
            assert result.execution.text == (TEXT if cut >= printed else ""), where
            assert result.execution.exit_code is None, where
            assert not result.is_retryable
    assert deployment.lines().count(COMMAND) == len(sent) - first


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    borders=st.lists(st.integers(1, len(EVENTS) - 1), unique=True),
    framing=st.sampled_from(["bare", "standard"]),
)
async def test_chunk_borders_do_not_matter(deployment: Deployment, borders: list[int], framing: str) -> None:
    events = as_sent(EVENTS, framing)
    places = [0, *sorted(borders), len(events)]
    pieces = [events[start:stop] for start, stop in pairwise(places)]
    body = [chunk(piece) for piece in pieces if piece]
    deployment.script(COMMAND, [STREAM_HEAD, *body, chunk(b"")])
    async with await attach(deployment) as sandbox:
        execution = await sandbox.commands.run("make")
    assert (execution.id, execution.text, execution.exit_code) == ("ex-1", TEXT, 0)


async def test_events_that_come_byte_by_byte_are_read(deployment: Deployment) -> None:
    deployment.script(COMMAND, [Drip(STREAM_HEAD + chunk(EVENTS) + chunk(b""))])
    async with await attach(deployment) as sandbox:
        execution = await sandbox.commands.run("make")
    assert (execution.text, execution.exit_code) == (TEXT, 0)


async def test_missing_terminator_after_the_final_event_changes_nothing(deployment: Deployment) -> None:
    deployment.script(COMMAND, [STREAM_HEAD, chunk(EVENTS), FIN])
    async with await attach(deployment) as sandbox:
        assert (await sandbox.commands.run("make")).exit_code == 0


@pytest.mark.parametrize(
    "nonsense",
    [
        b"{not json}\n\n",
        b"[1, 2]\n\n",
        b"[" * 50_000 + b"\n\n",
        b'{"type": "stdout", "text": 5}\n\n',
        b'{"no": "type"}\n\n',
        b'{"type": "error", "error": 7}\n\n',
        b"<html>gateway</html>\n\n",
        b"\x00\xff\xfe\n\n",
    ],
)
async def test_malformed_event_raises_with_what_came_before(deployment: Deployment, nonsense: bytes) -> None:
    deployment.script(COMMAND, [STREAM_HEAD, chunk(INIT + OUTPUT), chunk(nonsense + COMPLETE), chunk(b"")])
    async with await attach(deployment) as sandbox:
        failure = await outcome(sandbox)
    assert type(failure) is MalformedEventException
    assert failure.received == nonsense.strip()
    assert failure.execution is not None
    assert (failure.execution_id, failure.execution.text) == ("ex-1", TEXT)
    assert failure.is_resumable


async def test_error_envelope_in_a_stream_is_the_server_giving_up(deployment: Deployment) -> None:
    envelope = json.dumps({"code": "RUNTIME_ERROR", "message": "the shell is gone"}).encode()
    deployment.script(COMMAND, [STREAM_HEAD, chunk(INIT + OUTPUT), chunk(envelope), chunk(b"")])
    async with await attach(deployment) as sandbox:
        failure = await outcome(sandbox)
    assert type(failure) is ExecutionAbortedException
    assert failure.code == "RUNTIME_ERROR"
    assert failure.execution is not None
    assert failure.execution.text == TEXT
    assert "the shell is gone" in str(failure)


@pytest.mark.parametrize("before", [STREAM_HEAD, STREAM_HEAD + chunk(INIT + OUTPUT)])
async def test_silence_ends_with_the_idle_timeout(deployment: Deployment, before: bytes) -> None:
    deployment.script(COMMAND, [before, HOLD])
    async with await attach(deployment) as sandbox:
        failure = await outcome(sandbox, idle_timeout=0.1)
        assert type(failure) is StreamTimeoutException
        # What was silent is not used again.
        assert (await outcome(sandbox)).exit_code == 0


async def test_keep_alives_do_not_move_the_limit_of_the_whole(deployment: Deployment) -> None:
    pings = Drip(chunk(PING) * 1000, every=0.001)
    deployment.script(COMMAND, [STREAM_HEAD, chunk(INIT), pings, HOLD])
    async with await attach(deployment) as sandbox:
        start = monotonic()
        failure = await outcome(sandbox, request_timeout=0.3, idle_timeout=0.2)
    assert type(failure) is StreamTimeoutException
    assert failure.execution_id == "ex-1"
    assert monotonic() - start < SOON


@pytest.mark.parametrize(
    ("slow", "kind"),
    [
        ([Drip(STREAM_HEAD, every=0.03), HOLD], SandboxTimeoutException),
        ([STREAM_HEAD, Drip(chunk(EVENTS), every=0.03), HOLD], StreamTimeoutException),
    ],
    ids=["head", "body"],
)
async def test_slow_loris_does_not_outlast_the_limit(
    deployment: Deployment, slow: Script, kind: type[Exception]
) -> None:
    deployment.script(COMMAND, slow)
    async with await attach(deployment) as sandbox:
        start = monotonic()
        failure = await outcome(sandbox, request_timeout=0.2)
    assert type(failure) is kind
    assert monotonic() - start < SOON


async def test_server_that_does_not_close_after_the_final_event_is_not_waited_for(
    deployment: Deployment,
) -> None:
    deployment.script(COMMAND, [STREAM_HEAD, chunk(EVENTS), HOLD])
    async with await attach(deployment) as sandbox:
        execution = await sandbox.commands.run("make", request_timeout=0.2)
    assert execution.exit_code == 0
    assert not connections_in_use()
