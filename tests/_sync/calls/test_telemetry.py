# Generated from tests/_async/calls/test_telemetry.py by scripts/unasync.py. Do not edit.
"""OpenTelemetry: a span and a duration for each call and each stream, where that is switched on, and nothing where not."""

from __future__ import annotations

from functools import partial

import pytest
from opentelemetry import trace

from opensandbox.exceptions import IncompleteStreamException, SandboxConflictException
from tests._sync.attaching import API_KEY, AT_ONCE, BOX, attach, config_for
from tests._sync.operations import GET, POST, STREAM
from tests._sync.pools import filled, full_pool, new_pool
from tests.support.deployment import INIT, REQUEST_ID, STREAM_HEAD, TOKEN, Deployment
from tests.support.faults import RST, answer, chunk
from tests.support.telemetry import Recording, recording

CALLS = "opensandbox.client.request.duration"
STREAMS = "opensandbox.client.stream.duration"


@pytest.fixture
def recorded() -> Recording:
    recorded = recording()
    recorded.clear()
    return recorded


def test_nothing_is_recorded_unless_it_is_switched_on(deployment: Deployment, recorded: Recording) -> None:
    with attach(deployment) as sandbox:
        sandbox.get_info()
        sandbox.commands.run("make")
    assert not recorded.spans()
    assert not recorded.counts()


def test_call_is_a_span_and_a_duration(deployment: Deployment, recorded: Recording) -> None:
    with attach(deployment, enable_tracing=True) as sandbox:
        recorded.clear()
        sandbox.get_info()
    (span,) = recorded.spans()
    assert span.name == "GET /v1/sandboxes/*"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.attributes == {
        "http.request.method": "GET",
        "url.template": "/v1/sandboxes/*",
        "url.path": f"/v1/sandboxes/{BOX}",
        "server.address": "127.0.0.1",
        "server.port": deployment.port,
        "http.response.status_code": 200,
    }
    assert recorded.counts() == {CALLS: 1}


def test_pool_passes_on_what_it_counts_and_measures(deployment: Deployment, recorded: Recording) -> None:
    config = config_for(deployment).model_copy(update={"enable_tracing": True})
    with full_pool(partial(new_pool, deployment), 1, connection_config=config) as pool:
        with pool.sandbox():
            pass
        filled(pool, 1)
        statistics = (pool.snapshot()).statistics
        assert statistics is not None
    assert recorded.counts()["opensandbox.pool.events"] >= sum(statistics.counters.values()) > 2
    assert recorded.counts()["opensandbox.pool.duration"] >= sum(
        sum(histogram.counts) for histogram in statistics.latencies.values()
    )


def test_stream_is_a_span_until_it_ends(deployment: Deployment, recorded: Recording) -> None:
    with attach(deployment, enable_tracing=True) as sandbox:
        recorded.clear()
        with sandbox.commands.stream("make") as events:
            assert not recorded.spans()
            for _ in events:
                pass
    (span,) = recorded.spans()
    assert span.name.startswith("POST ")
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["opensandbox.request_id"] == REQUEST_ID
    assert recorded.counts() == {STREAMS: 1}


def test_failure_is_recorded_as_one(deployment: Deployment, recorded: Recording) -> None:
    with attach(deployment, enable_tracing=True) as sandbox:
        recorded.clear()
        deployment.script(POST.route, [answer(409, {"code": "SOME::CODE", "message": "no"})])
        with pytest.raises(SandboxConflictException):
            sandbox.pause()
        deployment.script(STREAM.route, [STREAM_HEAD, chunk(INIT), RST])
        with pytest.raises(IncompleteStreamException):
            sandbox.commands.run("make")
    # A pause makes known addresses doubtful, so the second call looks one up; and it asks why it failed.
    refused, _, _, broken = recorded.spans()
    assert refused.status.status_code is broken.status.status_code is trace.StatusCode.ERROR
    assert refused.attributes is not None
    assert refused.attributes["http.response.status_code"] == 409
    assert refused.attributes["error.type"] == "SandboxConflictException"
    assert recorded.counts() == {CALLS: 3, STREAMS: 1}


def test_retries_belong_to_one_span(deployment: Deployment, recorded: Recording) -> None:
    with attach(deployment, enable_tracing=True, retry_policy=AT_ONCE) as sandbox:
        recorded.clear()
        deployment.script(GET.route, [answer(503)], [RST])
        sandbox.get_info()
    assert len(recorded.spans()) == 1
    assert recorded.counts() == {CALLS: 1}


def test_span_belongs_to_that_of_the_caller_and_nothing_of_it_is_sent(
    deployment: Deployment, recorded: Recording
) -> None:
    tracer = trace.get_tracer("a program")
    with attach(deployment, enable_tracing=True) as sandbox:
        recorded.clear()
        with tracer.start_as_current_span("outer") as outer:
            sandbox.get_info()
    (span,) = recorded.spans()
    assert span.parent is not None
    assert span.parent.span_id == outer.get_span_context().span_id
    assert not {"traceparent", "tracestate", "baggage"} & set(deployment.requests[-1].headers)


def test_no_secret_is_recorded(deployment: Deployment, recorded: Recording) -> None:
    with attach(deployment, enable_tracing=True) as sandbox:
        deployment.script(GET.route, [answer(302, location="http://user:hidden@x.example.com/?sig=hidden")])
        with pytest.raises(Exception, match="302"):
            sandbox.get_info()
        sandbox.commands.run("make")
    text = "".join(span.to_json() for span in recorded.spans())
    assert "sandboxes" in text
    assert not [secret for secret in (API_KEY, TOKEN, "hidden") if secret in text]
