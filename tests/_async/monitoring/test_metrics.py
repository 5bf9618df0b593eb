"""`metrics.watch`: samples while they come, and every way in which their stream can fall short."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.calls.http import Connection, Http
from opensandbox._async.monitoring.metrics import MetricsService
from opensandbox._async.network.ports import client_for
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import (
    IncompleteStreamException,
    InvalidArgumentException,
    MalformedEventException,
    SampleFailedException,
    SandboxApiException,
    SandboxException,
    SandboxTimeoutException,
)
from opensandbox.local import LocalServer
from opensandbox.models import OutputMessage
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.support.scripted_server import CLOSE, CUT, HOLD, Answer, Piece, ScriptedServer, json_answer

pytestmark = pytest.mark.anyio

WATCH = "GET /metrics/watch"


def line(timestamp: int) -> bytes:
    members = {"cpu_count": 4, "cpu_used_pct": 12.5, "mem_total_mib": 7936.5, "mem_used_mib": 1024.25}
    return json.dumps({**members, "timestamp": timestamp}).encode() + b"\n"


def watch_answer(*pieces: Piece) -> Answer:
    return Answer(pieces, 200, {"Content-Type": "text/event-stream"})


@asynccontextmanager
async def metrics_of(server: ScriptedServer, request_timeout: float = 5.0) -> AsyncIterator[MetricsService]:
    """Talk to `server` as if it were the daemon; answers that hold are released at the end."""
    http = Http(ConnectionConfig(request_timeout=timedelta(seconds=request_timeout)))

    endpoint = SandboxEndpoint(endpoint=server.address, headers={"X-Token": "t"})

    async def connection() -> Connection:
        return http.sandbox(endpoint)

    try:
        yield MetricsService(connection, lambda: client_for(http, endpoint, None, lambda: None))
    finally:
        server.release()
        await http.close()


async def test_samples_come_while_the_stream_lasts() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1), line(2)[:20], line(2)[20:], HOLD))
        async with metrics_of(server) as metrics, metrics.watch() as samples:
            first, second = await anext(samples), await anext(samples)
    assert (first.timestamp, first.cpu_count, first.memory_used_in_mib) == (1, 4, 1024.25)
    assert second.timestamp == 2


async def test_samples_that_come_too_soon_are_left_out() -> None:
    with ScriptedServer() as server:
        pieces = [line(timestamp) for timestamp in (0, 900, 1000, 1500, 2100)]
        server.answer(WATCH, watch_answer(*pieces, HOLD))
        async with metrics_of(server) as metrics, metrics.watch(interval=timedelta(seconds=1)) as samples:
            assert [(await anext(samples)).timestamp for _ in range(3)] == [0, 1000, 2100]


async def test_a_failed_sample_is_an_error_and_the_stream_goes_on() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1) + b'{"error":"no /proc"}\n' + line(2), HOLD))
        async with metrics_of(server) as metrics, metrics.watch() as samples:
            assert (await anext(samples)).timestamp == 1
            with pytest.raises(SampleFailedException, match="no /proc"):
                await anext(samples)
            assert (await anext(samples)).timestamp == 2


@pytest.mark.parametrize(
    ("step", "kind", "words"),
    [
        (CUT, IncompleteStreamException, "broke off"),
        (CLOSE, IncompleteStreamException, "broke off"),
        (b"", IncompleteStreamException, "ended"),
        (b"<html>\n", MalformedEventException, "no sample"),
        (HOLD, SandboxTimeoutException, "timed out"),
    ],
    ids=["reset", "closed", "ended", "no sample", "silent"],
)
async def test_a_stream_that_falls_short_is_an_error_after_what_had_come(
    step: Any, kind: type[SandboxException], words: str
) -> None:
    seen = []
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1), step))
        async with metrics_of(server, request_timeout=0.5) as metrics:

            async def watch() -> None:
                async with metrics.watch() as samples:
                    async for sample in samples:
                        seen.append(sample.timestamp)  # noqa: PERF401 - what came before the failure counts

            with pytest.raises(kind, match=words):
                await watch()
    assert seen == [1]


async def test_an_error_answer_is_raised_on_entering() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, json_answer({"code": "RUNTIME_ERROR", "message": "no metrics"}, 500))
        async with metrics_of(server) as metrics:
            with pytest.raises(SandboxApiException, match="no metrics"):
                async with metrics.watch():
                    pass


async def test_wrong_use_is_refused() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1), HOLD))
        async with metrics_of(server) as metrics:
            with pytest.raises(InvalidArgumentException, match="interval"):
                metrics.watch(interval=-1)
            stream = metrics.watch()
            with pytest.raises(SandboxException, match="enter the stream first"):
                await anext(stream)
            async with stream:
                with pytest.raises(SandboxException, match="used once"):
                    async with stream:
                        pass


async def test_a_real_sandbox_tells_what_it_uses(box: Sandbox) -> None:
    once = await box.get_metrics()
    async with box.metrics.watch() as samples:
        first, second = await anext(samples), await anext(samples)
    assert once.timestamp < first.timestamp < second.timestamp
    for sample in (once, first, second):
        assert sample.cpu_count >= 1
        assert 0 <= sample.cpu_used_percentage <= 100
        assert 0 < sample.memory_used_in_mib < sample.memory_total_in_mib


async def test_a_sandbox_with_limits_measures_itself_rather_than_the_machine(
    local_server: LocalServer,
) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key, trust_env=False)
    limits = {"memory": "256Mi", "cpu": "500m"}
    async with Sandbox.ephemeral("ubuntu", resource=limits, connection_config=config) as limited:
        counted = await limited.commands.run(
            "find /sys/fs/cgroup -name 'memory.*usage_in_bytes' -o -name memory.current"
        )
        idle = await limited.get_metrics()
        if not counted.text:  # the machine lets nobody make control groups, as the server's log says
            assert idle.memory_total_in_mib > 256
            return
        assert (idle.memory_total_in_mib, idle.cpu_count) == (256, 0.5)
        hold = "python3 -c \"held = bytearray(range(256)) * 400_000; print('held', flush=True); input()\""
        async with limited.commands.stream(f"sleep 1000 | {hold}") as events:
            async for event in events:
                if isinstance(event, OutputMessage):
                    break
            busy = await limited.get_metrics()
        assert idle.memory_used_in_mib + 90 < busy.memory_used_in_mib < 256


async def test_tools_send_requests_of_their_own_to_the_daemon() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(7)), watch_answer(line(8)))
        async with metrics_of(server) as metrics:
            async with metrics._httpx_client as client, client.stream("GET", "/metrics/watch") as response:
                assert await response.aread() == line(7)
            assert str(metrics._httpx_client.base_url) == f"http://{server.address}"
            assert (await metrics._httpx_client.get("/metrics/watch")).content == line(8)
    assert [request.headers["X-Token"] for request in server.requests] == ["t", "t"]
