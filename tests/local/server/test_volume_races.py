"""A sandbox that shares a volume changes it while other sandboxes are created with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from opensandbox.local import LocalServer
from tests.local.server.client import REQUEST, assert_error

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.server.client import Api

CREATIONS = 16

# Two names of the shared volume change places, thousands of times a second: now a directory, now a link.
SWAP = """
import ctypes, os
libc, here, exchange = ctypes.CDLL(None), -100, 2
open("/data/swapping", "w").close()
while True:
    libc.renameat2(here, b"/data/{name}", here, b"/data/{name}.link", exchange)
"""


def swap(api: Api, name: str, target: str, **volume: Any) -> None:
    """Start a sandbox that swaps the directory `name` of a volume for a link to `target` and back, until it is deleted."""
    attacker = api.create(volumes=[{"name": "data", "mountPath": "/data", **volume}])["id"]
    api.run(attacker, f"mkdir -p /data/{name} && ln -s {target} /data/{name}.link")
    program = SWAP.format(name=name)
    api.run(
        attacker, f"nohup python3 -c '{program}' > /dev/null 2>&1 & until test -e /data/swapping; do :; done"
    )


def seen(api: Api, volumes: list[dict[str, Any]], script: str) -> str | None:
    """What a script prints in a new sandbox with `volumes`; None where no such sandbox comes to be."""
    answer = api.client.post("/sandboxes", json=REQUEST | {"volumes": volumes})
    if answer.status_code != 202:
        assert answer.status_code in (400, 500), answer.text
        return None
    try:
        return api.run(answer.json()["id"], script)
    finally:
        assert api.client.delete(f"/sandboxes/{answer.json()['id']}").status_code == 204


def outcomes(api: Api, volumes: list[dict[str, Any]], script: str) -> set[str | None]:
    return {seen(api, volumes, script) for _ in range(CREATIONS)}


def secret(tmp_path: Path) -> Path:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "file").write_text("of the host\n")
    return tmp_path / "secret"


LOOK = "cat /mnt/file 2>/dev/null; touch /mnt/mark; echo looked"


def test_a_part_of_a_volume_that_becomes_a_link_shows_nothing_of_the_host(api: Api, tmp_path: Path) -> None:
    claim = {"pvc": {"claimName": "raced"}}
    swap(api, "part", str(secret(tmp_path)), **claim)
    volumes = [{"name": "data", "mountPath": "/mnt", "subPath": "part/below", **claim}]
    assert outcomes(api, volumes, LOOK) <= {"looked", None}
    assert [path.name for path in (tmp_path / "secret").iterdir()] == ["file"]


def test_a_host_directory_that_becomes_a_link_shows_nothing_else_of_the_host(
    api: Api, tmp_path: Path, allowed_directory: Path
) -> None:
    shared = allowed_directory / "raced"
    shared.mkdir()
    swap(api, "part", str(secret(tmp_path)), host={"path": str(shared)})
    volumes = [{"name": "data", "mountPath": "/mnt", "host": {"path": str(shared / "part")}}]
    assert outcomes(api, volumes, LOOK) <= {"looked", None}
    assert [path.name for path in (tmp_path / "secret").iterdir()] == ["file"]


def test_a_mount_in_a_volume_goes_nowhere_else(api: Api) -> None:
    outer, inner = {"pvc": {"claimName": "outer"}}, {"pvc": {"claimName": "inner"}}
    swap(api, "place", "/newroot/srv", **outer)
    volumes = [
        {"name": "outer", "mountPath": "/data", **outer},
        {"name": "inner", "mountPath": "/data/place", **inner},
    ]
    points = "grep -c ' /srv ' /proc/self/mountinfo; true"
    assert outcomes(api, volumes, points) <= {"0", None}


def test_a_mount_deep_in_a_volume_is_refused(api: Api) -> None:
    volumes = [
        {"name": "outer", "mountPath": "/data", "pvc": {"claimName": "outer"}},
        {"name": "inner", "mountPath": "/data/a/b", "pvc": {"claimName": "inner"}},
    ]
    answer = api.client.post("/sandboxes", json=REQUEST | {"volumes": volumes})
    assert answer.status_code == 400
    assert "directly below" in json.loads(answer.text)["message"]


def test_volumes_in_each_other_work(api: Api) -> None:
    volumes = [
        {"name": "outer", "mountPath": "/data", "pvc": {"claimName": "around"}},
        {"name": "inner", "mountPath": "/data/in it", "pvc": {"claimName": "within"}},
    ]
    api.run(api.create(volumes=volumes)["id"], "echo kept > '/data/in it/file'")
    assert api.run(api.create(volumes=[volumes[1]])["id"], "cat '/data/in it/file'") == "kept"


def test_no_process_inside_holds_a_directory_of_the_host(api: Api, allowed_directory: Path) -> None:
    sandbox = api.create(
        volumes=[{"name": "data", "mountPath": "/mnt", "host": {"path": str(allowed_directory)}}]
    )
    assert str(allowed_directory) not in api.run(sandbox["id"], "ls -l /proc/[0-9]*/fd")


def test_the_state_of_the_server_is_no_volume(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with LocalServer(state_dir=state, mounts=[tmp_path], spares=0) as server:
        for path in (tmp_path, state, state / "volumes"):
            volumes = [{"name": "data", "mountPath": "/mnt", "host": {"path": str(path)}}]
            answer = httpx.post(
                f"{server.url}/v1/sandboxes",
                headers={"OPEN-SANDBOX-API-KEY": server.api_key},
                json=REQUEST | {"volumes": volumes},
            )
            assert_error(answer, 400, "VOLUME::HOST_PATH_NOT_ALLOWED", "--state-dir")
