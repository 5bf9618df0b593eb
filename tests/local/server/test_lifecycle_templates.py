"""Templates: built once from an image, started as sandboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opensandbox.local import LocalServer
from tests.local.server.client import Api, assert_error, until
from tests.support.images import make_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEMPLATE: dict[str, Any] = {
    "image": "ubuntu",
    "publish": "s3://bucket/path",
    "readiness": {"warmupSeconds": 0},
}
NOTHING_ELSE = dict.fromkeys(("image", "entrypoint", "resourceLimits"))


@pytest.fixture
def templates(api: Api) -> Iterator[list[str]]:
    """Identifiers to delete afterwards, once no sandbox stands on them."""
    made: list[str] = []
    yield made
    api.delete_created()
    for template_id in made:
        assert api.client.delete(f"/templates/{template_id}").status_code in (204, 404)


def build(api: Api, made: list[str], **members: Any) -> dict[str, Any]:
    answer = api.client.post("/templates", json=TEMPLATE | members)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == {"phase": "Pending"}
    made.append(answer.json()["templateId"])

    def ended() -> dict[str, Any] | None:
        template: dict[str, Any] = api.client.get(f"/templates/{made[-1]}").json()
        return template if template["status"]["phase"] in ("Succeeded", "Failed") else None

    template: dict[str, Any] = until(ended, "the build ended")
    return template


def test_sandbox_has_the_files_program_and_environment_of_its_template(
    api: Api, templates: list[str]
) -> None:
    template = build(
        api,
        templates,
        entrypoint=["sh", "-c", "echo $WORD >> /root/starts; exec sleep 600"],
        env={"WORD": "hello"},
        readiness={"probe": "cmd://test -s /root/starts"},
    )
    assert template["status"]["phase"] == "Succeeded", template
    assert template["status"]["manifestRef"].startswith("file:///")
    sandbox = api.create(**NOTHING_ELSE, templateId=template["templateId"], metadata={"a": "b"})
    assert sandbox["id"].startswith("fsb-")
    assert sandbox["entrypoint"] == template["entrypoint"]
    until(
        lambda: api.run(sandbox["id"], "cat /root/starts") == "hello\nhello",
        "the main program ran once in the build and once here",
    )
    lookup = api.client.get(f"/sandboxes/{sandbox['id']}/endpoints/44772")
    assert lookup.headers["OPEN-SANDBOX-ORIGIN"] == "template"


def test_a_template_is_built_from_a_snapshot_and_outlives_it(api: Api, templates: list[str]) -> None:
    source = api.create()["id"]
    api.run(source, "echo kept > /root/file; chmod 640 /root/file")
    snapshot = api.client.post(f"/sandboxes/{source}/snapshots").json()["id"]
    until(
        lambda: api.client.get(f"/snapshots/{snapshot}").json()["status"]["state"] == "Ready", "it is taken"
    )
    template = build(api, templates, image=f"snapshot:{snapshot}")
    assert template["status"]["phase"] == "Succeeded", template
    assert api.client.delete(f"/snapshots/{snapshot}").status_code == 204

    made = api.create(**NOTHING_ELSE, templateId=template["templateId"])
    assert "message" not in made["status"]
    assert api.run(made["id"], "cat /root/file; stat -c %a /root/file") == "kept\n640"


def test_a_template_cannot_be_built_from_an_unknown_snapshot(api: Api) -> None:
    answer = api.client.post("/templates", json=TEMPLATE | {"image": "snapshot:unknown"})
    assert_error(answer, 404, "SNAPSHOT::NOT_FOUND", "unknown")


def test_a_template_is_built_from_an_image_directory(tmp_path: Path) -> None:
    image = make_image(tmp_path / "image")
    with LocalServer(images={"own": image}, state_dir=tmp_path / "state", spares=0) as server:
        headers = {"OPEN-SANDBOX-API-KEY": server.api_key}
        with httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=30) as client:
            api = Api(client)
            template = build(
                api,
                [],
                image="own:latest",
                entrypoint=["/bin/sh", "-c", "cat /etc/motd > /built; exec sleep 600"],
                readiness={"probe": "cmd:///bin/sh -c 'cat /built'"},
            )
            assert template["status"]["phase"] == "Succeeded", template
            made = api.create(**NOTHING_ELSE, templateId=template["templateId"])
            assert api.run(made["id"], "cat /built") == "from the image"


def test_build_waits_for_a_port(api: Api, templates: list[str]) -> None:
    serving = "import http.server; http.server.test(port=8000)"
    template = build(
        api, templates, entrypoint=["python3", "-c", serving], readiness={"probe": "tcp://127.0.0.1:8000"}
    )
    assert template["status"]["phase"] == "Succeeded", template


def test_failed_build_says_why_and_starts_nothing(api: Api, templates: list[str]) -> None:
    template = build(api, templates, entrypoint=["/no/such/program"])
    assert template["status"]["phase"] == "Failed"
    assert "/no/such/program: No such file or directory" in template["status"]["message"]
    answer = api.client.post("/sandboxes", json={"templateId": template["templateId"], "timeout": 60})
    assert_error(answer, 404, "FSB::TEMPLATE_NOT_FOUND")


def test_templates_are_listed_by_metadata(api: Api, templates: list[str]) -> None:
    one = build(api, templates, metadata={"suite": "list", "n": "1"})["templateId"]
    two = build(api, templates, metadata={"suite": "list", "n": "2"})["templateId"]

    def listed(text: str) -> list[str]:
        found = api.client.get("/templates", params={"metadata": text}).json()["items"]
        return [template["templateId"] for template in found]

    assert listed("suite=list") == [two, one]
    assert listed("suite=list&n=1") == [one]
    assert listed("suite=list&malformed&n=") == [two, one]


def test_deleted_template_is_gone_and_its_sandboxes_stay(api: Api, templates: list[str]) -> None:
    template_id = build(api, templates)["templateId"]
    sandbox = api.create(**NOTHING_ELSE, templateId=template_id)
    path = f"/templates/{template_id}"
    assert api.client.delete(path).status_code == 204
    assert_error(api.client.get(path), 404, "FSB::TEMPLATE_NOT_FOUND")
    assert_error(api.client.delete(path), 404, "FSB::TEMPLATE_NOT_FOUND")
    assert api.run(sandbox["id"], "echo alive") == "alive"


def test_unfinished_build_is_given_up_with_its_template(api: Api) -> None:
    answer = api.client.post("/templates", json=TEMPLATE | {"readiness": {"warmupSeconds": 600}})
    path = f"/templates/{answer.json()['templateId']}"
    until(lambda: api.client.get(path).json()["status"]["phase"] == "Building", "the build began")
    assert api.client.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"image": ""}, "image"),
        ({"publish": None}, "publish"),
        ({"entrypoint": []}, "entrypoint"),
        ({"env": {"a-b": "1"}}, "env"),
        ({"format": "zip"}, "format"),
        ({"readiness": {"probe": "http://localhost"}}, "readiness.probe"),
        ({"readiness": {"probe": "tcp://localhost"}}, "readiness.probe"),
        ({"readiness": {"probe": "cmd://"}}, "readiness.probe"),
        ({"readiness": {"warmupSeconds": -1}}, "readiness.warmupSeconds"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_wrong_templates_are_refused(api: Api, members: dict[str, Any], word: str) -> None:
    assert_error(
        api.client.post("/templates", json=TEMPLATE | members), 400, "SANDBOX::INVALID_PARAMETER", word
    )
