"""Creation requests that are wrong, or ask for what one machine cannot do. Nothing may be left of them."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.server.client import REQUEST, assert_error

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.server.client import Api

INVALID = "SANDBOX::INVALID_PARAMETER"
LABEL = "SANDBOX::INVALID_METADATA_LABEL"
UNSUPPORTED = "SANDBOX::API_NOT_SUPPORTED"
OTHER_ARCH = "arm64" if platform.machine() == "x86_64" else "amd64"


def volume(**members: Any) -> dict[str, Any]:
    return {"volumes": [{"name": "data", "mountPath": "/data", **members}]}


def periodic(**members: Any) -> dict[str, Any]:
    hook = {"name": "tick", "schedule": "@hourly", "command": ["true"], **members}
    return {"lifecycle": {"periodic": [hook]}}


WRONG: list[tuple[str, dict[str, Any], int, str, str]] = [
    ("no source", {"image": None}, 400, INVALID, "snapshotId"),
    ("blank source", {"image": {"uri": "  "}}, 400, INVALID, "source"),
    ("two sources", {"snapshotId": "x"}, 400, INVALID, "exactly one"),
    ("unknown snapshot", {"image": None, "snapshotId": "x"}, 404, "SNAPSHOT::NOT_FOUND", "x"),
    ("no entrypoint", {"entrypoint": None}, 400, "DOCKER::INVALID_ENTRYPOINT", "entrypoint"),
    ("empty entrypoint", {"entrypoint": []}, 400, INVALID, "entrypoint"),
    ("blank program", {"entrypoint": [" "]}, 400, "DOCKER::INVALID_ENTRYPOINT", "entrypoint"),
    ("no limits", {"resourceLimits": None}, 400, INVALID, "resourceLimits"),
    ("bad cpu", {"resourceLimits": {"cpu": "much"}}, 400, INVALID, "resourceLimits.cpu"),
    ("bad memory", {"resourceLimits": {"memory": "0"}}, 400, INVALID, "resourceLimits.memory"),
    ("bad pids", {"resourceLimits": {"pids": "0"}}, 400, INVALID, "resourceLimits.pids"),
    ("pids as amount", {"resourceLimits": {"pids": "1k"}}, 400, INVALID, "resourceLimits.pids"),
    ("gpu", {"resourceLimits": {"gpu": "1"}}, 400, UNSUPPORTED, "gpu"),
    ("short timeout", {"timeout": 59}, 400, INVALID, "timeout"),
    ("long timeout", {"timeout": 10**12}, 400, INVALID, "timeout"),
    ("text timeout", {"timeout": "60"}, 400, INVALID, "timeout"),
    ("image as text", {"image": "ubuntu"}, 400, INVALID, "image"),
    ("unknown member of a closed schema", {"image": {"uri": "a", "tag": "b"}}, 400, INVALID, "image.tag"),
    ("env value", {"env": {"A": 1}}, 400, INVALID, "env.A"),
    ("env name", {"env": {"A=B": "1"}}, 400, INVALID, "A=B"),
    ("reserved env", {"env": {"OPENSANDBOX_LIFECYCLE": "1"}}, 400, INVALID, "OPENSANDBOX_LIFECYCLE"),
    ("egress env", {"env": {"OPENSANDBOX_EGRESS_TOKEN": "1"}}, 400, INVALID, "OPENSANDBOX_EGRESS_TOKEN"),
    ("reserved label", {"metadata": {"opensandbox.io/owner": "me"}}, 400, LABEL, "opensandbox.io/"),
    ("label key", {"metadata": {"a b": "1"}}, 400, LABEL, "a b"),
    ("long label key", {"metadata": {"a" * 64: "1"}}, 400, LABEL, "63"),
    ("label prefix", {"metadata": {"Upper/a": "1"}}, 400, LABEL, "Upper"),
    ("label value", {"metadata": {"a": "b c"}}, 400, LABEL, "b c"),
    ("long label value", {"metadata": {"a": "b" * 64}}, 400, LABEL, "63"),
    ("other system", {"platform": {"os": "windows", "arch": "amd64"}}, 400, INVALID, "windows"),
    ("other processor", {"platform": {"os": "linux", "arch": OTHER_ARCH}}, 400, INVALID, OTHER_ARCH),
    ("unknown system", {"platform": {"os": "plan9", "arch": "amd64"}}, 400, INVALID, "plan9"),
    ("pool", {"extensions": {"poolRef": "p"}}, 400, "SANDBOX::UNSUPPORTED_POOL_REF", "poolRef"),
    ("renewal", {"extensions": {"access.renew.extend.seconds": "299"}}, 400, INVALID, "300"),
    ("hook without program", {"lifecycle": {"preStart": {"command": [" "]}}}, 400, INVALID, "preStart"),
    ("hook without command", {"lifecycle": {"preStart": {"command": []}}}, 400, INVALID, "preStart"),
    ("unknown kind of hook", {"lifecycle": {"postStop": {"command": ["x"]}}}, 400, INVALID, "postStop"),
    ("slow hook", {"lifecycle": {"preStart": {"command": ["x"], "timeoutSeconds": 10801}}}, 400, INVALID, "10800"),
    ("slow periodic hook", periodic(timeoutSeconds=301), 400, INVALID, "300"),
    ("no schedule", periodic(schedule="often"), 400, INVALID, "@hourly"),
    ("impossible schedule", periodic(schedule="61 * * * *"), 400, INVALID, "minute"),
    ("hook name", periodic(name=" "), 400, INVALID, "name"),
    ("hook twice", {"lifecycle": {"periodic": periodic()["lifecycle"]["periodic"] * 2}}, 400, INVALID, "once"),
    ("failing hook", {"lifecycle": {"preStart": {"command": ["false"]}}}, 500, "DOCKER::SANDBOX_START_FAILED", "exit status 1"),
    ("renewals that disagree", {"extensions": {"access.renew.extend.seconds": "300"}, "lifecycle": {"renewalPolicy": {"extendSeconds": 301}}}, 400, INVALID, "300 and"),
    ("renewal policy", {"lifecycle": {"renewalPolicy": {"extendSeconds": 299}}}, 400, INVALID, "extendSeconds"),
    ("idle time alone", {"lifecycle": {"idlePolicy": {"idleTimeoutSeconds": 60}}}, 400, INVALID, "onIdle"),
    ("idle action alone", {"lifecycle": {"idlePolicy": {"onIdle": "pause"}}}, 400, INVALID, "onIdle"),
    ("idle time above that of accesses", {"lifecycle": {"idlePolicy": {"onIdle": "pause", "idleTimeoutSeconds": 1801}}}, 400, INVALID, "1800"),
    ("idle action", {"lifecycle": {"idlePolicy": {"onIdle": "kill", "idleTimeoutSeconds": 60}}}, 400, INVALID, "onIdle"),
    ("probe", {"lifecycle": {"idlePolicy": {"activeProbe": {"port": 80, "path": "a"}}}}, 400, INVALID, "path"),
    ("ports of a name", {"networkPolicy": {"egress": [{"action": "allow", "target": "a.example.com", "ports": [1]}]}}, 400, INVALID, "ports"),
    ("hooks with a template", {**dict.fromkeys(REQUEST), "templateId": "t", "timeout": 60, "lifecycle": {"periodic": [{"name": "a", "schedule": "@hourly", "command": ["b"]}]}}, 400, INVALID, "hooks"),
    ("unknown template", {**dict.fromkeys(REQUEST), "templateId": "t", "timeout": 60}, 404, "FSB::TEMPLATE_NOT_FOUND", "t"),
    ("template without timeout", {**dict.fromkeys(REQUEST), "templateId": "t"}, 400, INVALID, "timeout"),
    ("template and image", {"templateId": "t"}, 400, INVALID, "image"),
    ("credential proxy alone", {"credentialProxy": {"enabled": True}}, 400, INVALID, "networkPolicy"),
    ("policy action", {"networkPolicy": {"defaultAction": "maybe"}}, 400, INVALID, "networkPolicy.defaultAction"),
    ("volume without back-end", volume(), 400, "VOLUME::INVALID_BACKEND", "data"),
    ("two back-ends", volume(host={"path": "/a"}, pvc={"claimName": "a"}), 400, "VOLUME::INVALID_BACKEND", "data"),
    ("object store", volume(ossfs={"bucket": "b"}), 400, "VOLUME::UNSUPPORTED_BACKEND", "pvc"),
    ("forbidden host path", volume(host={"path": "/etc"}), 400, "VOLUME::HOST_PATH_NOT_ALLOWED", "--mount"),
    ("relative host path", volume(host={"path": "etc"}), 400, INVALID, "host.path"),
    ("relative mount", volume(pvc={"claimName": "a"}, mountPath="data"), 400, INVALID, "mountPath"),
    ("mount path", volume(pvc={"claimName": "a"}, mountPath="/a/../b"), 400, "VOLUME::INVALID_MOUNT_PATH", "/a/../b"),
    ("mount over the system", volume(pvc={"claimName": "a"}, mountPath="/usr"), 400, "VOLUME::INVALID_MOUNT_PATH", "/usr"),
    ("sub path", volume(pvc={"claimName": "a"}, subPath="../b"), 400, "VOLUME::INVALID_SUB_PATH", "../b"),
    ("claim name", volume(pvc={"claimName": "A_b"}), 400, INVALID, "claimName"),
    ("absent claim", volume(pvc={"claimName": "absent", "createIfNotExists": False}), 404, "VOLUME::PVC_NOT_FOUND", "absent"),
    (
        "same volume twice",
        {"volumes": [{"name": "a", "mountPath": f"/{at}", "pvc": {"claimName": "a"}} for at in "bc"]},
        400,
        "VOLUME::DUPLICATE_NAME",
        "twice",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "status", "code", "word"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_creation_is_refused(
    api: Api, members: dict[str, Any], status: int, code: str, word: str
) -> None:
    marked = {"metadata": {"suite": "wrong"}} | members
    request = {name: value for name, value in (REQUEST | marked).items() if value is not None}
    assert_error(api.client.post("/sandboxes", json=request), status, code, word)
    assert api.client.get("/sandboxes?metadata=suite%3Dwrong").json()["items"] == []


def test_body_that_is_no_json_is_refused(api: Api) -> None:
    answer = api.client.post("/sandboxes", content=b"{", headers={"Content-Type": "application/json"})
    assert_error(answer, 400, INVALID, "JSON")


def test_huge_body_is_refused(api: Api) -> None:
    answer = api.client.post("/sandboxes", json=REQUEST | {"env": {"A": "x" * 1024 * 1024}})
    assert_error(answer, 413, INVALID, "larger")


def test_secrets_of_a_wrong_request_stay_out_of_the_answer(api: Api) -> None:
    image = {"uri": "a", "auth": {"username": "me", "password": ["s3cret"]}}
    answer = api.client.post("/sandboxes", json=REQUEST | {"image": image})
    assert_error(answer, 400, INVALID, "image.auth.password")
    assert "s3cret" not in answer.text


def test_null_members_count_as_absent_and_whole_numbers_may_have_a_point(api: Api) -> None:
    request = REQUEST | dict.fromkeys(("snapshotId", "platform", "env", "metadata", "volumes", "lifecycle"))
    answer = api.client.post("/sandboxes", json=request | {"unknown": 1, "timeout": 60.0})
    assert answer.status_code == 202
    assert api.client.delete(f"/sandboxes/{answer.json()['id']}").status_code == 204


def test_host_directory_is_mounted(api: Api, allowed_directory: Path) -> None:
    (allowed_directory / "in").mkdir()
    (allowed_directory / "in" / "file").write_text("from outside\n")
    path = {"path": str(allowed_directory)}
    mount = {"name": "data", "host": path, "subPath": "in", "mountPath": "/mnt/data"}
    reader = api.create(volumes=[{**mount, "readOnly": True}])
    assert (
        api.run(reader["id"], "cat /mnt/data/file; touch /mnt/data/new || echo refused")
        == "from outside\nrefused"
    )
    writer = api.create(volumes=[mount])
    api.run(writer["id"], "echo from inside > /mnt/data/new")
    assert (allowed_directory / "in" / "new").read_text() == "from inside\n"


def test_symbolic_link_does_not_lead_around_the_allow_list(api: Api, allowed_directory: Path) -> None:
    (allowed_directory / "link").symlink_to("/etc")
    request = REQUEST | volume(host={"path": str(allowed_directory / "link")})
    assert_error(api.client.post("/sandboxes", json=request), 400, "VOLUME::HOST_PATH_NOT_ALLOWED")
    request = REQUEST | volume(host={"path": str(allowed_directory)}, subPath="link")
    assert_error(api.client.post("/sandboxes", json=request), 400, "VOLUME::INVALID_SUB_PATH")


def test_named_volume_is_shared_and_outlives_its_sandbox(api: Api) -> None:
    shared = volume(pvc={"claimName": "shared"})
    first = api.create(**shared)
    api.run(first["id"], "echo kept > /data/file")
    api.client.delete(f"/sandboxes/{first['id']}")
    assert api.run(api.create(**shared)["id"], "cat /data/file") == "kept"


def test_named_volume_may_end_with_the_sandbox_that_made_it(api: Api) -> None:
    claim = {"claimName": "passing", "deleteOnSandboxTermination": True}
    first = api.create(**volume(pvc=claim))
    api.run(first["id"], "touch /data/file")
    api.client.delete(f"/sandboxes/{first['id']}")
    answer = api.client.post(
        "/sandboxes", json=REQUEST | volume(pvc={"claimName": "passing", "createIfNotExists": False})
    )
    assert_error(answer, 404, "VOLUME::PVC_NOT_FOUND")
