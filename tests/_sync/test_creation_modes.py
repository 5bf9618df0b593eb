# Generated from tests/_async/test_creation_modes.py by scripts/unasync.py. Do not edit.
"""What a creation sends in each mode, and what it refuses before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.exceptions import InvalidArgumentException, SandboxInvalidRequestException
from opensandbox.models.templates import CreateTemplateRequest
from tests._sync.attaching import config_for
from tests.support.deployment import Deployment
from tests.support.faults import answer

DEFAULTS = {"entrypoint": ["tail", "-f", "/dev/null"], "resourceLimits": {"cpu": "1", "memory": "2Gi"}}


def body_of(deployment: Deployment, *arguments: Any, **options: Any) -> dict[str, Any]:
    sandbox = SandboxSync.create(
        *arguments, connection_config=config_for(deployment), skip_health_check=True, **options
    )
    sandbox.destroy()
    body: dict[str, Any] = deployment.requests[0].json
    return body


def test_a_sandbox_from_an_image_or_a_snapshot_gets_defaults(deployment: Deployment) -> None:
    common = {"timeout": 600, "secureAccess": False, **DEFAULTS}
    assert body_of(deployment, "ubuntu") == {"image": {"uri": "ubuntu"}, **common}
    deployment.requests.clear()
    assert body_of(deployment, snapshot_id="s") == {"snapshotId": "s", **common}


def test_a_sandbox_from_a_pool_gets_none(deployment: Deployment) -> None:
    pool = {"poolRef": "warm"}
    assert body_of(deployment, extensions=pool) == {
        "extensions": pool,
        "timeout": 600,
        "secureAccess": False,
    }
    deployment.requests.clear()
    body = body_of(deployment, "ubuntu", extensions=pool)
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
def test_what_no_server_accepts_is_not_sent(
    deployment: Deployment, arguments: list[Any], options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentException):
        body_of(deployment, *arguments, **options)
    assert deployment.requests == []


def test_neither_are_wrong_labels_and_templates(deployment: Deployment) -> None:
    with SandboxManagerSync.create(config_for(deployment)) as manager:
        with pytest.raises(InvalidArgumentException, match="reserved"):
            manager.patch_sandbox_metadata("box", {"opensandbox.io/a": "b"})
        with pytest.raises(InvalidArgumentException, match="lower case"):
            manager.create_template(CreateTemplateRequest(image="a", publish="b", metadata={"A.b/c": "d"}))
        with pytest.raises(InvalidArgumentException, match="leave it out"):
            manager.create_snapshot("box", "")
    assert deployment.requests == []


def test_what_only_some_servers_accept_is_theirs_to_refuse(deployment: Deployment) -> None:
    refusal = answer(400, {"code": "SANDBOX::UNSUPPORTED_POOL_REF", "message": "no pools here"})
    deployment.script("POST /v1/sandboxes", [refusal])
    with pytest.raises(SandboxInvalidRequestException) as caught:
        body_of(deployment, extensions={"poolRef": "p"})
    assert caught.value.code == "SANDBOX::UNSUPPORTED_POOL_REF"
