"""What a creation sends in each mode, and what it refuses before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._core.control.creation import TOKEN_LABEL
from opensandbox.exceptions import InvalidArgumentException, SandboxInvalidRequestException
from opensandbox.models import ActivityProbe, IdlePolicy, RenewalPolicy, SandboxLifecycle
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
    # The label by which it would be found, were its answer lost.
    assert TOKEN_LABEL in body["metadata"]
    del body["metadata"][TOKEN_LABEL]
    return body


async def test_a_sandbox_from_an_image_or_a_snapshot_gets_defaults(deployment: Deployment) -> None:
    common = {"metadata": {}, "timeout": 600, "secureAccess": False, **DEFAULTS}
    assert await body_of(deployment, "ubuntu") == {"image": {"uri": "ubuntu"}, **common}
    deployment.requests.clear()
    assert await body_of(deployment, snapshot_id="s") == {"snapshotId": "s", **common}


async def test_a_sandbox_from_a_pool_gets_none(deployment: Deployment) -> None:
    pool = {"poolRef": "warm"}
    assert await body_of(deployment, extensions=pool) == {
        "extensions": pool,
        "metadata": {},
        "timeout": 600,
        "secureAccess": False,
    }
    deployment.requests.clear()
    body = await body_of(deployment, "ubuntu", extensions=pool)
    assert body == {
        "image": {"uri": "ubuntu"},
        "extensions": pool,
        "metadata": {},
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
        (["ubuntu"], {"metadata": {TOKEN_LABEL: "b"}}),
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


IDLE = IdlePolicy(
    idle_timeout_seconds=60,
    on_idle="pause",
    wake_on_access=False,
    active_probe=ActivityProbe(port=8080, path="/busy", timeout_seconds=3),
)
IDLE_BODY = {
    "idleTimeoutSeconds": 60,
    "onIdle": "pause",
    "wakeOnAccess": False,
    "activeProbe": {"port": 8080, "path": "/busy", "timeoutSeconds": 3},
}


@pytest.mark.parametrize(
    ("lifecycle", "body"),
    [
        (SandboxLifecycle(), None),
        (SandboxLifecycle(idle_policy=IdlePolicy()), {"idlePolicy": {"wakeOnAccess": True}}),
        (SandboxLifecycle(idle_policy=IDLE), {"idlePolicy": IDLE_BODY}),
        ({"idle_policy": IDLE_BODY}, {"idlePolicy": IDLE_BODY}),
        (
            SandboxLifecycle(renewal_policy=RenewalPolicy(extend_seconds=600)),
            {"renewalPolicy": {"extendSeconds": 600}},
        ),
    ],
)
async def test_policies_of_the_server_travel_with_the_creation(
    deployment: Deployment, lifecycle: Any, body: dict[str, Any] | None
) -> None:
    assert (await body_of(deployment, "ubuntu", lifecycle=lifecycle)).get("lifecycle") == body


@pytest.mark.parametrize("policy", [IDLE, IDLE_BODY])
async def test_a_template_may_have_an_idle_policy(deployment: Deployment, policy: Any) -> None:
    config = config_for(deployment)
    sandbox = await Sandbox.create_from_template(
        "t", timeout=600, idle_policy=policy, connection_config=config, skip_health_check=True
    )
    await sandbox.destroy()
    assert deployment.requests[0].json["lifecycle"] == {"idlePolicy": IDLE_BODY}


async def test_the_old_way_to_renew_on_access_is_told_the_new_one(deployment: Deployment) -> None:
    old = {"access.renew.extend.seconds": "600"}
    with pytest.warns(DeprecationWarning, match=r"renewal_policy=RenewalPolicy\(") as told:
        body = await body_of(deployment, "ubuntu", extensions=old)
    assert body["extensions"] == old
    assert told[0].filename == __file__


async def test_two_renewals_that_disagree_are_not_sent(deployment: Deployment) -> None:
    options: dict[str, Any] = {
        "extensions": {"access.renew.extend.seconds": "600"},
        "lifecycle": SandboxLifecycle(renewal_policy=RenewalPolicy(extend_seconds=601)),
    }
    with (
        pytest.warns(DeprecationWarning, match="extend_seconds"),
        pytest.raises(InvalidArgumentException, match=r"says 600 and .* 601"),
    ):
        await body_of(deployment, "ubuntu", **options)
    assert deployment.requests == []
