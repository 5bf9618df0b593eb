"""What a creation sends in each mode, and what it refuses before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.exceptions import InvalidArgumentException, SandboxInvalidRequestException
from opensandbox.models.templates import CreateTemplateRequest
from tests._async.attaching import config_for
from tests.support.deployment import Deployment
from tests.support.faults import answer

pytestmark = pytest.mark.anyio

DEFAULTS = {"entrypoint": ["tail", "-f", "/dev/null"], "resourceLimits": {"cpu": "1", "memory": "2Gi"}}


async def body_of(deployment: Deployment, *arguments: Any, **options: Any) -> dict[str, Any]:
    sandbox = await Sandbox.create(
        *arguments, connection_config=config_for(deployment), skip_health_check=True, **options
    )
    await sandbox.destroy()
    body: dict[str, Any] = deployment.requests[0].json
    return body


async def test_a_sandbox_from_an_image_or_a_snapshot_gets_defaults(deployment: Deployment) -> None:
    common = {"timeout": 600, "secureAccess": False, **DEFAULTS}
    assert await body_of(deployment, "ubuntu") == {"image": {"uri": "ubuntu"}, **common}
    deployment.requests.clear()
    assert await body_of(deployment, snapshot_id="s") == {"snapshotId": "s", **common}


async def test_a_sandbox_from_a_pool_gets_none(deployment: Deployment) -> None:
    pool = {"poolRef": "warm"}
    assert await body_of(deployment, extensions=pool) == {
        "extensions": pool,
        "timeout": 600,
        "secureAccess": False,
    }
    deployment.requests.clear()
    body = await body_of(deployment, "ubuntu", extensions=pool)
    assert body == {
        "image": {"uri": "ubuntu"},
        "extensions": pool,
        "timeout": 600,
        "secureAccess": False,
        **DEFAULTS,
    }


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], {}),
        (["ubuntu"], {"snapshot_id": "s"}),
        ([], {"extensions": {"poolRef": " "}}),
        ([], {"extensions": {"poolRef": "p"}, "snapshot_id": "s"}),
        ([" "], {}),
        (["ubuntu"], {"timeout": 59}),
        (["ubuntu"], {"metadata": {"opensandbox.io/a": "b"}}),
        (["ubuntu"], {"env": {"A=": "b"}}),
        (["ubuntu"], {"lifecycle": {"periodic": [{"name": "a", "schedule": "x", "command": ["y"]}]}}),
        (["ubuntu"], {"volumes": [{"name": "A", "mount_path": "/a", "host": {"path": "/a"}}]}),
        (["ubuntu"], {"resource": {"cpu": "fast"}}),
        (["ubuntu"], {"platform": {"os": "plan9", "arch": "amd64"}}),
    ],
    ids=str,
)
async def test_what_no_server_accepts_is_not_sent(
    deployment: Deployment, arguments: list[Any], options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentException):
        await body_of(deployment, *arguments, **options)
    assert deployment.requests == []


async def test_neither_are_wrong_labels_and_templates(deployment: Deployment) -> None:
    async with await SandboxManager.create(config_for(deployment)) as manager:
        with pytest.raises(InvalidArgumentException, match="reserved"):
            await manager.patch_sandbox_metadata("box", {"opensandbox.io/a": "b"})
        with pytest.raises(InvalidArgumentException, match="lower case"):
            await manager.create_template(
                CreateTemplateRequest(image="a", publish="b", metadata={"A.b/c": "d"})
            )
        with pytest.raises(InvalidArgumentException, match="leave it out"):
            await manager.create_snapshot("box", "")
    assert deployment.requests == []


async def test_what_only_some_servers_accept_is_theirs_to_refuse(deployment: Deployment) -> None:
    refusal = answer(400, {"code": "SANDBOX::UNSUPPORTED_POOL_REF", "message": "no pools here"})
    deployment.script("POST /v1/sandboxes", [refusal])
    with pytest.raises(SandboxInvalidRequestException) as caught:
        await body_of(deployment, extensions={"poolRef": "p"})
    assert caught.value.code == "SANDBOX::UNSUPPORTED_POOL_REF"
