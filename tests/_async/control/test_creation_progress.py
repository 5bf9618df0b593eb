"""What a creation says it waits for."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.control import progress as waiting
from opensandbox.exceptions import SandboxTimeoutException
from opensandbox.models import CreationProgress
from tests._async.attaching import AT_ONCE, config_for
from tests._async.leaks import background_has_ended
from tests.support.deployment import Deployment
from tests.support.faults import APP, RST, WORK, Gate, answer

pytestmark = pytest.mark.anyio

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


async def create(deployment: Deployment, told: list[CreationProgress], **options: Any) -> Sandbox:
    config = config_for(deployment, retry_policy=AT_ONCE)
    return await Sandbox.create("ubuntu", connection_config=config, progress=told.append, **options)


async def test_a_caller_is_told_whenever_what_is_waited_for_changes(deployment: Deployment) -> None:
    told = list[CreationProgress]()
    deployment.script(CREATE, [BUSY], [WORK, RST])
    deployment.script(LOOKUP, [NOT_PUBLISHED], [NOT_PUBLISHED])
    deployment.script(PING, [BUSY], [BUSY])
    async with await create(deployment, told) as sandbox:
        await sandbox.kill()
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


async def test_the_creation_from_a_template_tells_too(deployment: Deployment) -> None:
    told = list[CreationProgress]()
    async with await Sandbox.create_from_template(
        "tpl", timeout=600, connection_config=config_for(deployment), progress=told.append
    ) as sandbox:
        await sandbox.kill()
    assert [progress.step for progress in told] == ["answer", "ping"]


async def test_what_takes_long_is_logged_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting, "LONG", 0.2)
    caplog.set_level(logging.INFO, "opensandbox.sandbox")
    gate = Gate()
    monkeypatch.setattr(waiting.logger, "handlers", [Opener(gate)])
    deployment.script(CREATE, [gate, APP])
    deployment.script(LOOKUP, *([[NOT_PUBLISHED]] * 8))
    deployment.script(PING, *([[BUSY]] * 8))
    async with await create(deployment, []) as sandbox:
        await sandbox.kill()
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


async def test_a_function_that_raises_disturbs_nothing(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(progress: CreationProgress) -> None:
        raise ZeroDivisionError

    async with await Sandbox.create(
        "ubuntu", connection_config=config_for(deployment), progress=fail
    ) as sandbox:
        await sandbox.kill()
    assert "progress raised; the creation goes on" in caplog.text


async def test_nothing_is_told_once_the_caller_has_given_up(deployment: Deployment) -> None:
    told = list[CreationProgress]()
    gate = Gate()
    deployment.script(CREATE, [gate, BUSY])
    with pytest.raises(SandboxTimeoutException):
        await create(deployment, told, create_timeout=0.2)
    gate.open()
    await background_has_ended()
    assert [progress.step for progress in told] == ["answer"]
