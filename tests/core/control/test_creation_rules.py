"""What is refused before anything is sent: each rule once, and what lies just inside it."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox._core.control.creation_rules import check_resources
from opensandbox._core.control.labels import check_labels
from opensandbox._core.convert import sandboxes, snapshots, templates
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models import (
    PVC,
    CreateSnapshotRequest,
    CreateTemplateRequest,
    CredentialProxyConfig,
    Host,
    LifecycleHook,
    NetworkPolicy,
    PeriodicLifecycleHook,
    SandboxImageSpec,
    SandboxLifecycle,
    Volume,
)

NOTHING: dict[str, Any] = dict.fromkeys(
    [
        "image",
        "snapshot_id",
        "timeout",
        "entrypoint",
        "env",
        "metadata",
        "resource",
        "resource_requests",
        "platform",
        "network_policy",
        "credential_proxy",
        "extensions",
        "volumes",
        "lifecycle",
    ]
) | {"secure_access": False}


def request(**given: Any) -> Any:
    return sandboxes.create_request(**{**NOTHING, "image": SandboxImageSpec("ubuntu"), **given})


def mount(**members: Any) -> dict[str, Any]:
    return {"volumes": [{"name": "data", "mount_path": "/data", "pvc": {"claim_name": "data"}, **members}]}


def hooks(**members: Any) -> dict[str, Any]:
    periodic = {"name": "tick", "schedule": "@hourly", "command": ["true"], **members}
    return {"lifecycle": {"periodic": [periodic]}}


POOL = {"extensions": {"poolRef": "p"}}

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"timeout": 59}, "timeout", "60"),
    ({"timeout": 59.9}, "timeout", "60"),
    ({"entrypoint": []}, "entrypoint", "[]"),
    ({"env": {"": "x"}}, "env", "''"),
    ({"env": {"A=B": "x"}}, "env", "'A=B'"),
    ({"env": {"A": "x\0"}}, "env", "'A'"),
    ({"env": {"A": 1}}, "env", "'A'"),
    ({"env": {"OPENSANDBOX_LIFECYCLE": "x"}}, "env", "lifecycle"),
    ({"env": {"OPENSANDBOX_EGRESS_TOKEN": "x"}}, "env", "POLICY_FILE"),
    ({"metadata": {"opensandbox.io/owner": "x"}}, "metadata", "reserved"),
    ({"metadata": {"": "x"}}, "metadata", "''"),
    ({"metadata": {"-a": "x"}}, "metadata", "'-a'"),
    ({"metadata": {"a" * 64: "x"}}, "metadata", "63"),
    ({"metadata": {"Upper/a": "x"}}, "metadata", "lower case"),
    ({"metadata": {"/a": "x"}}, "metadata", "DNS"),
    ({"metadata": {"a" * 254 + "/a": "x"}}, "metadata", "253"),
    ({"metadata": {"a": "two words"}}, "metadata['a']", "'two words'"),
    ({"metadata": {"a": "x" * 64}}, "metadata['a']", "63"),
    ({"resource": {"cpu": "much"}}, "resource['cpu']", "'500m'".replace("'", '"')),
    ({"resource": {"memory": ""}}, "resource['memory']", "512Mi"),
    ({"resource": {"memory": "-1"}}, "resource['memory']", "'-1'"),
    ({"resource_requests": {"gpu": "some"}}, "resource_requests['gpu']", "all"),
    ({"extensions": {"access.renew.extend.seconds": "299"}}, "extensions", "300"),
    ({"extensions": {"access.renew.extend.seconds": "86401"}}, "extensions", "86400"),
    ({"extensions": {"access.renew.extend.seconds": "an hour"}}, "extensions", "'an hour'"),
    ({"credential_proxy": CredentialProxyConfig(enabled=True)}, "credential_proxy", "network_policy"),
    (POOL | {"snapshot_id": "s"}, "snapshot_id", "poolRef"),
    (POOL | {"network_policy": NetworkPolicy()}, "network_policy", "poolRef"),
    (POOL | {"platform": {"os": "linux", "arch": "amd64"}}, "platform", "poolRef"),
    (POOL | mount(), "volumes", "poolRef"),
    (POOL | hooks(), "lifecycle", "poolRef"),
    (POOL | {"credential_proxy": {"enabled": True}}, "credential_proxy", "poolRef"),
    (mount(name="Data"), "volumes[0].name", "'Data'"),
    (mount(name="a" * 64), "volumes[0].name", "63"),
    (mount(mount_path="data"), "volumes[0]", "absolute"),
    (mount(mount_path="/a/../b"), "volumes[0].mount_path", "'/a/../b'"),
    (mount(sub_path="/a"), "volumes[0].sub_path", "relative"),
    (mount(sub_path="a/../../b"), "volumes[0].sub_path", "'..'"),
    (mount(pvc=None), "volumes[0]", "exactly one"),
    (mount(host={"path": "/a"}), "volumes[0]", "exactly one"),
    (mount(pvc=None, host={"path": "a"}), "volumes[0]", "absolute"),
    (mount(pvc={"claim_name": "A_b"}), "volumes[0].pvc.claim_name", "'A_b'"),
    (mount(pvc={"claim_name": "a", "storage": "ten"}), "volumes[0].pvc.storage", "10Gi"),
    (mount(pvc=None, ossfs={"bucket": "b", "endpoint": "e"}), "volumes[0]", "access_key_id"),
    ({"volumes": mount()["volumes"] * 2}, "volumes[1].name", "twice"),
    (hooks(schedule="often"), "lifecycle.periodic[0].schedule", "@hourly"),
    (hooks(schedule="* * * *"), "lifecycle.periodic[0].schedule", "five"),
    (hooks(schedule="@every 0s"), "lifecycle.periodic[0].schedule", "@every 30s"),
    (hooks(schedule="@every 5m"), "lifecycle.periodic[0].schedule", "@every 30s"),
    (hooks(timeout_seconds=301), "lifecycle.periodic[0].timeout_seconds", "300"),
    ({"lifecycle": {"pre_start": {"command": ["x"], "timeout_seconds": 10801}}}, "lifecycle.pre_start", "10800"),
    ({"lifecycle": {"pre_start": {"command": ["x"], "timeout_seconds": 0}}}, "lifecycle.pre_start", "None"),
    ({"lifecycle": {"pre_start": {"command": [" "]}}}, "lifecycle", "program"),
    ({"lifecycle": {"periodic": hooks()["lifecycle"]["periodic"] * 2}}, "lifecycle", "unique"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "argument", "way_out"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_no_server_accepts_is_refused_with_argument_and_way_out(given, argument, way_out):
    with pytest.raises(InvalidArgumentException) as caught:
        request(**given)
    assert argument in str(caught.value)
    assert way_out in str(caught.value)


ACCEPTED: list[dict[str, Any]] = [
    {"timeout": 60},
    {"timeout": None},
    {"env": {"lower.case-name": "x", "OPENSANDBOX_EGRESS_LOG_LEVEL": "debug", "EMPTY": ""}},
    {"metadata": {"a": "", "example.com/A_b.c-d": "1", "a" * 63: "b" * 63, "opensandbox.ioo/a": "x"}},
    {"resource": {"cpu": "500m", "memory": "2gib", "gpu": "all", "example.com/fpga": "some"}},
    {"resource": {"cpu": "0.5", "memory": "1e9"}, "resource_requests": {"cpu": "0", "memory": "128974848"}},
    {"extensions": {"access.renew.extend.seconds": "300", "storage.id": "anything at all"}},
    {"credential_proxy": CredentialProxyConfig(enabled=True), "network_policy": NetworkPolicy()},
    {"credential_proxy": CredentialProxyConfig(enabled=False)},
    POOL | {"image": None, "metadata": {"a": "b"}},
    {"volumes": [Volume(name="a", host=Host(path="C:\\data"), mount_path="/a", sub_path="b/c..d")]},
    {"volumes": [Volume(name="0", pvc=PVC(claim_name="0", storage="1.5Ti"), mount_path="/")]},
    {"lifecycle": SandboxLifecycle(pre_start=LifecycleHook(command=["x"], timeout_seconds=10800))},
    *(
        {
            "lifecycle": SandboxLifecycle(
                periodic=[PeriodicLifecycleHook(name="n", schedule=text, command=["y"])]
            )
        }
        for text in ("* * * * *", "*/5 0-6 1,15 JAN MON-FRI", "@daily", "@every 1s", "@every 86400s")
    ),
]


@pytest.mark.parametrize("given", ACCEPTED, ids=lambda value: str(value)[:60])
def test_what_some_server_accepts_is_sent(given):
    assert request(**given).to_dict()


def test_a_request_to_a_pool_carries_nothing_that_was_not_given():
    assert request(**POOL, image=None, secure_access=False).to_dict() == {
        "timeout": None,
        "secureAccess": False,
        "extensions": {"poolRef": "p"},
    }


def test_secrets_stay_out_of_the_refusal():
    for given in (
        {"env": {"A": "s3cret\0"}},
        mount(pvc=None, ossfs={"bucket": "b", "endpoint": "e", "access_key_secret": "s3cret"}),
    ):
        with pytest.raises(InvalidArgumentException) as caught:
            request(**given)
        assert "s3cret" not in str(caught.value)


def test_a_patch_may_remove_any_label_but_a_reserved_one():
    check_labels("patch", {"a": None, "b": ""})
    with pytest.raises(InvalidArgumentException, match="reserved"):
        sandboxes.metadata_patch({"opensandbox.io/owner": None})


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"metadata": {"a": "b c"}}, "metadata"),
        ({"env": {"a.b": "c"}}, "'a.b'"),
        ({"resource_limits": {"disk": "large"}}, "disk"),
    ],
)
def test_templates_have_rules_of_their_own(members, word):
    with pytest.raises(InvalidArgumentException) as caught:
        templates.create_request(CreateTemplateRequest(image="ubuntu", publish="s3://a/b", **members))
    assert word in str(caught.value)


def test_a_snapshot_without_a_name_has_none_rather_than_an_empty_one():
    with pytest.raises(InvalidArgumentException, match="leave it out"):
        snapshots.create_request(CreateSnapshotRequest(name=""))


@pytest.mark.parametrize("name", ["memroy", "Memory", "cpuu", "cpus"])
def test_a_misspelt_resource_is_told_with_the_right_name(name: str) -> None:
    with pytest.raises(
        InvalidArgumentException, match=rf"unknown resource '{name}'; did you mean '(memory|cpu)'"
    ):
        check_resources("resource", {name: "1"})


@pytest.mark.parametrize("name", ["nvidia.com/gpu", "ephemeral-storage", "memory-swap", "disk-iops", "pids"])
def test_other_resources_are_those_of_the_deployment(name: str) -> None:
    check_resources("resource", {name: "anything"})
