# Generated from tests/_async/control/test_creation_progress.py by scripts/unasync.py. Do not edit.
"""What a creation says it waits for."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.control import progress as waiting
from opensandbox.exceptions import SandboxTimeoutException
from opensandbox.models import CreationProgress
from tests._sync.attaching import AT_ONCE, config_for
from tests._sync.leaks import background_has_ended
from tests.support.deployment import Deployment
from tests.support.faults import APP, RST, WORK, Gate, answer

CREATE = "POST /v1/sandboxes"
LOOKUP = "GET /v1/sandboxes/*/endpoints/44772"
PING = "GET /at/*/44772/ping"
BUSY = answer(503, {"code": "BUSY", "message": "come back"}, retry_after="0")
NOT_PUBLISHED = answer(404, {"code": "KUBERNETES::POD_IP_NOT_AVAILABLE", "message": "no address yet"})


class Opener(logging.Handler):
    """Lets the server answer once a line was logged."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def emit(self, record: logging.LogRecord) -> None:
        self._gate.open()


def create(deployment: Deployment, told: list[CreationProgress], **options: Any) -> SandboxSync:
    config = config_for(deployment, retry_policy=AT_ONCE)
    return SandboxSync.create("ubuntu", connection_config=config, progress=told.append, **options)


def test_a_caller_is_told_whenever_what_is_waited_for_changes(deployment: Deployment) -> None:
    told = list[CreationProgress]()
    deployment.script(CREATE, [BUSY], [WORK, RST])
    deployment.script(LOOKUP, [NOT_PUBLISHED], [NOT_PUBLISHED])
    deployment.script(PING, [BUSY], [BUSY])
    with create(deployment, told) as sandbox:
        sandbox.kill()
    seen = [(progress.step, progress.message.partition(":")[0], progress.sandbox_id) for progress in told]
    assert seen == [
        ("answer", "the server's answer", None),
        ("answer", "the server's answer", None),
        ("answer", "the server's answer", None),
        ("pending", "its address, which is not published yet", sandbox.id),
        ("ping", "its first successful health check", sandbox.id),
    ]
    assert "attempt 1 was refused with 503, the next begins in" in told[1].message
    assert "attempt 2 was lost, the next begins in" in told[2].message
    waited = [progress.waited for progress in told]
    assert waited == sorted(waited)


def test_the_creation_from_a_template_tells_too(deployment: Deployment) -> None:
    told = list[CreationProgress]()
    with SandboxSync.create_from_template(
        "tpl", timeout=600, connection_config=config_for(deployment), progress=told.append
    ) as sandbox:
        sandbox.kill()
    assert [progress.step for progress in told] == ["answer", "ping"]


def test_what_takes_long_is_logged_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting, "LONG", 0.2)
    caplog.set_level(logging.INFO, "opensandbox.sandbox")
    gate = Gate()
    monkeypatch.setattr(waiting.logger, "handlers", [Opener(gate)])
    deployment.script(CREATE, [gate, APP])
    deployment.script(LOOKUP, *([[NOT_PUBLISHED]] * 8))
    deployment.script(PING, *([[BUSY]] * 8))
    with create(deployment, []) as sandbox:
        sandbox.kill()
    lines = [record.getMessage() for record in caplog.records if record.name == "opensandbox.sandbox"]
    assert len(lines) == 3
    for line, who, what in zip(
        lines,
        ["a new sandbox", f"sandbox {sandbox.id}", f"sandbox {sandbox.id}"],
        ["it waits for the server's answer", "its state is Pending", "health check"],
        strict=True,
    ):
        assert line.startswith(f"creating {who} has taken ")
        assert line.endswith(what)


def test_a_function_that_raises_disturbs_nothing(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(progress: CreationProgress) -> None:
        raise ZeroDivisionError

    with SandboxSync.create("ubuntu", connection_config=config_for(deployment), progress=fail) as sandbox:
        sandbox.kill()
    assert "progress raised; the creation goes on" in caplog.text


def test_nothing_is_told_once_the_caller_has_given_up(deployment: Deployment) -> None:
    told = list[CreationProgress]()
    gate = Gate()
    deployment.script(CREATE, [gate, BUSY])
    with pytest.raises(SandboxTimeoutException):
        create(deployment, told, create_timeout=0.2)
    gate.open()
    background_has_ended()
    assert [progress.step for progress in told] == ["answer"]
