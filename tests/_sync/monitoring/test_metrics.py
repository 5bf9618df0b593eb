# Generated from tests/_async/monitoring/test_metrics.py by scripts/unasync.py. Do not edit.
"""`metrics.watch`: samples while they come, and every way in which their stream can fall short."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.calls.http import Connection, Http
from opensandbox._sync.monitoring.metrics import MetricsService
from opensandbox._sync.network.ports import client_for
from opensandbox.config import ConnectionConfigSync
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

WATCH = "GET /metrics/watch"


def line(timestamp: int) -> bytes:
    members = {"cpu_count": 4, "cpu_used_pct": 12.5, "mem_total_mib": 7936.5, "mem_used_mib": 1024.25}
    return json.dumps({**members, "timestamp": timestamp}).encode() + b"\n"


def watch_answer(*pieces: Piece) -> Answer:
    return Answer(pieces, 200, {"Content-Type": "text/event-stream"})


@contextmanager
def metrics_of(server: ScriptedServer, request_timeout: float = 5.0) -> Iterator[MetricsService]:
    """Talk to `server` as if it were the daemon; answers that hold are released at the end."""
    http = Http(ConnectionConfigSync(request_timeout=timedelta(seconds=request_timeout)))

    endpoint = SandboxEndpoint(endpoint=server.address, headers={"X-Token": "t"})

    def connection() -> Connection:
        return http.sandbox(endpoint)

    try:
        yield MetricsService(connection, lambda: client_for(http, endpoint, None, lambda: None))
    finally:
        server.release()
        http.close()


def test_samples_come_while_the_stream_lasts() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1), line(2)[:20], line(2)[20:], HOLD))
        with metrics_of(server) as metrics, metrics.watch() as samples:
            first, second = next(samples), next(samples)
    assert (first.timestamp, first.cpu_count, first.memory_used_in_mib) == (1, 4, 1024.25)
    assert second.timestamp == 2


def test_samples_that_come_too_soon_are_left_out() -> None:
    with ScriptedServer() as server:
        pieces = [line(timestamp) for timestamp in (0, 900, 1000, 1500, 2100)]
        server.answer(WATCH, watch_answer(*pieces, HOLD))
        with metrics_of(server) as metrics, metrics.watch(interval=timedelta(seconds=1)) as samples:
            assert [(next(samples)).timestamp for _ in range(3)] == [0, 1000, 2100]


def test_a_failed_sample_is_an_error_and_the_stream_goes_on() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1) + b'{"error":"no /proc"}\n' + line(2), HOLD))
        with metrics_of(server) as metrics, metrics.watch() as samples:
            assert (next(samples)).timestamp == 1
            with pytest.raises(SampleFailedException, match="no /proc"):
                next(samples)
            assert (next(samples)).timestamp == 2


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
def test_a_stream_that_falls_short_is_an_error_after_what_had_come(
    step: Any, kind: type[SandboxException], words: str
) -> None:
    seen = []
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1), step))
        with metrics_of(server, request_timeout=0.5) as metrics:

            def watch() -> None:
                with metrics.watch() as samples:
                    for sample in samples:
                        seen.append(sample.timestamp)  # noqa: PERF401 - what came before the failure counts

            with pytest.raises(kind, match=words):
                watch()
    assert seen == [1]


def test_an_error_answer_is_raised_on_entering() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, json_answer({"code": "RUNTIME_ERROR", "message": "no metrics"}, 500))
        with metrics_of(server) as metrics:
            with pytest.raises(SandboxApiException, match="no metrics"):
                with metrics.watch():
                    pass


def test_wrong_use_is_refused() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(1), HOLD))
        with metrics_of(server) as metrics:
            with pytest.raises(InvalidArgumentException, match="interval"):
                metrics.watch(interval=-1)
            stream = metrics.watch()
            with pytest.raises(SandboxException, match="enter the stream first"):
                next(stream)
            with stream:
                with pytest.raises(SandboxException, match="used once"):
                    with stream:
                        pass


def test_a_real_sandbox_tells_what_it_uses(box: SandboxSync) -> None:
    once = box.get_metrics()
    with box.metrics.watch() as samples:
        first, second = next(samples), next(samples)
    assert once.timestamp < first.timestamp < second.timestamp
    for sample in (once, first, second):
        assert sample.cpu_count >= 1
        assert 0 <= sample.cpu_used_percentage <= 100
        assert 0 < sample.memory_used_in_mib < sample.memory_total_in_mib


def test_a_sandbox_with_limits_measures_itself_rather_than_the_machine(
    local_server: LocalServer,
) -> None:
    config = ConnectionConfigSync(domain=local_server.domain, api_key=local_server.api_key, trust_env=False)
    limits = {"memory": "256Mi", "cpu": "500m"}
    with SandboxSync.ephemeral("ubuntu", resource=limits, connection_config=config) as limited:
        counted = limited.commands.run(
            "find /sys/fs/cgroup -name 'memory.*usage_in_bytes' -o -name memory.current"
        )
        idle = limited.get_metrics()
        if not counted.text:  # the machine lets nobody make control groups, as the server's log says
            assert idle.memory_total_in_mib > 256
            return
        assert (idle.memory_total_in_mib, idle.cpu_count) == (256, 0.5)
        hold = "python3 -c \"held = bytearray(range(256)) * 400_000; print('held', flush=True); input()\""
        with limited.commands.stream(f"sleep 1000 | {hold}") as events:
            for event in events:
                if isinstance(event, OutputMessage):
                    break
            busy = limited.get_metrics()
        assert idle.memory_used_in_mib + 90 < busy.memory_used_in_mib < 256


def test_tools_send_requests_of_their_own_to_the_daemon() -> None:
    with ScriptedServer() as server:
        server.answer(WATCH, watch_answer(line(7)), watch_answer(line(8)))
        with metrics_of(server) as metrics:
            with metrics._httpx_client as client, client.stream("GET", "/metrics/watch") as response:
                assert response.read() == line(7)
            assert str(metrics._httpx_client.base_url) == f"http://{server.address}"
            assert (metrics._httpx_client.get("/metrics/watch")).content == line(8)
    assert [request.headers["X-Token"] for request in server.requests] == ["t", "t"]
