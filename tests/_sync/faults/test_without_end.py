# Generated from tests/_async/faults/test_without_end.py by scripts/unasync.py. Do not edit.
"""Answers without an end are cut off at a bound that the error names, that can be set, and that can be taken away."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from opensandbox import SandboxManagerSync
from opensandbox.config import AnswerLimits
from opensandbox.exceptions import (
    MalformedEventException,
    SandboxApiException,
    SandboxException,
    SandboxInternalException,
)
from opensandbox.models.diagnostics import DiagnosticContent
from tests._sync.attaching import BOX, attach, config_for
from tests._sync.leaks import connections_in_use
from tests._sync.operations import GET, STREAM, UPLOAD
from tests.support.deployment import COMPLETE, CREATED, INIT, STREAM_HEAD, Deployment, event, stream_answer
from tests.support.faults import HOLD, answer, chunk, head

KIB = 1 << 10
X = b"x" * (16 * KIB)
RECORD: dict[str, Any] = {
    "id": BOX,
    "status": {"state": "Running"},
    "createdAt": CREATED,
    "entrypoint": ["sleep"],
}


LINKED: dict[str, Any] = {
    "sandbox_id": BOX,
    "kind": "logs",
    "scope": "container",
    "delivery": "url",
    "content_type": "text/plain",
    "truncated": False,
}


@pytest.mark.parametrize("start", [b'{"type":"stdout","text":"', b"data: ", b"data: x\ndata: x\n: "])
def test_an_event_without_end(deployment: Deployment, start: bytes) -> None:
    deployment.script(STREAM.route, [STREAM_HEAD, chunk(INIT), chunk(start), *[chunk(X)] * 8, HOLD])
    with attach(deployment, answer_limits={"event_bytes": 64 * KIB}) as box:
        with pytest.raises(MalformedEventException, match="event_bytes=65536 of answer_limits") as caught:
            box.commands.run("yes")
        assert caught.value.execution_id == "ex-1"
        assert len(str(caught.value)) < 1000
        assert not connections_in_use()


def test_an_event_within_the_bound(deployment: Deployment) -> None:
    long = event(type="stdout", text="x" * (1 << 20))
    for limit in (2 << 20, None):
        deployment.script(STREAM.route, [stream_answer(INIT, long, long, COMPLETE)])
        with attach(deployment, answer_limits=AnswerLimits(event_bytes=limit)) as box:
            execution = box.commands.run("long")
            assert len(execution.text) == (2 << 20) + 1


def test_a_sample_without_end(deployment: Deployment) -> None:
    deployment.script(f"GET /at/{BOX}/44772/metrics/watch", [STREAM_HEAD, *[chunk(X)] * 8, HOLD])
    with (
        attach(deployment, answer_limits={"event_bytes": 64 * KIB}) as box,
        box.metrics.watch() as samples,
    ):
        with pytest.raises(MalformedEventException, match="event_bytes=65536"):
            next(samples)


def bodies() -> dict[str, list[Any]]:
    zeros = gzip.compress(bytes(8 << 20))
    return {
        "without a length": [head(200, transfer_encoding="chunked"), *[chunk(X)] * 80, HOLD],
        "with a length": [head(200, content_length=1 << 40), *[X] * 80, HOLD],
        "compressed": [answer(200, zeros, content_encoding="gzip")],
        "compressed in pieces": [
            head(200, transfer_encoding="chunked", content_encoding="gzip"),
            *[chunk(zeros[start : start + 100]) for start in range(0, len(zeros), 100)],
            HOLD,
        ],
    }


@pytest.mark.parametrize("script", bodies().values(), ids=bodies())
def test_a_body_without_end(deployment: Deployment, script: list[Any]) -> None:
    deployment.script(GET.route, script)
    with attach(deployment, answer_limits={"body_bytes": 1 << 20}) as box:
        with pytest.raises(SandboxApiException, match="body_bytes=1048576 of answer_limits") as caught:
            box.get_info()
        assert caught.value.status_code == 200
        assert not connections_in_use()


@pytest.mark.off_contract("a diagnostic text lies outside of the API")
@pytest.mark.parametrize("script", bodies().values(), ids=bodies())
def test_a_text_or_an_answer_to_an_upload_without_end(deployment: Deployment, script: list[Any]) -> None:
    deployment.script(UPLOAD.route, script)
    deployment.script("GET /text", script)
    with attach(deployment, answer_limits={"body_bytes": 1 << 20}) as box:
        with pytest.raises(SandboxApiException, match="body_bytes=1048576 of answer_limits"):
            box.files.write_file("/file", "x")
        link = DiagnosticContent(**LINKED, content_url=f"http://{deployment.address}/text")
        with pytest.raises(SandboxApiException, match="body_bytes=1048576 of answer_limits"):
            box.diagnostics.fetch(link)
        assert not connections_in_use()


@pytest.mark.parametrize("limit", [200, None])
def test_a_compressed_body_within_the_bound(deployment: Deployment, limit: int | None) -> None:
    body = gzip.compress(json.dumps(RECORD).encode())
    deployment.script(GET.route, [answer(200, body, content_encoding="gzip")])
    with attach(deployment, answer_limits=AnswerLimits(body_bytes=limit)) as box:
        assert (box.get_info()).id == BOX


def test_a_body_that_is_not_compressed_as_it_says(deployment: Deployment) -> None:
    deployment.always(GET.route, [answer(200, RECORD, content_encoding="gzip")])
    with attach(deployment) as box:
        with pytest.raises(SandboxException, match="incorrect header check"):
            box.get_info()


@pytest.mark.parametrize("most", [1, 3])
def test_redirects_without_end(deployment: Deployment, most: int) -> None:
    deployment.always(GET.route, [answer(302, location=GET.path)])
    limits = AnswerLimits(redirects=most)
    with attach(deployment, follow_redirects=True, answer_limits=limits) as box:
        with pytest.raises(SandboxApiException, match=f"redirects={most} of answer_limits"):
            box.get_info()
    assert deployment.lines().count(GET.route) == most + 1


def test_pages_that_repeat(deployment: Deployment) -> None:
    pagination = {"page": 1, "pageSize": 1, "totalItems": 9, "totalPages": 9, "hasNextPage": True}
    deployment.always("GET /v1/sandboxes", [answer(200, {"items": [RECORD], "pagination": pagination})])
    config = config_for(deployment, answer_limits={"repeated_pages": 3})
    with SandboxManagerSync.create(config) as manager:
        infos = manager.iter_sandbox_infos()
        assert (next(infos)).id == BOX
        with pytest.raises(SandboxInternalException, match="repeated_pages=3 of answer_limits"):
            next(infos)
    assert len(deployment.requests) == 5
