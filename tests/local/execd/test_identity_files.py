from __future__ import annotations

import json
import os

import pytest

ROOT = os.getuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="only root can take on another identity")


@pytest.fixture
def open_directory(tmp_path):
    """A directory that everybody can reach and write to; those of pytest are private."""
    for path in [tmp_path, *tmp_path.parents[:3]]:
        if path.owner() == "root" and str(path).startswith("/tmp/"):
            path.chmod(0o777)
    return tmp_path


@needs_root
def test_files_belong_to_the_identity_and_its_rights_count(execd, open_directory):
    prefix = "/v1/filesystem/12345/54321"
    secret = open_directory / "secret"
    secret.write_text("root only")
    secret.chmod(0o600)
    target = open_directory / "new" / "file"
    parts = [
        ("metadata", ("m", json.dumps({"path": str(target), "mode": 640}))),
        ("file", ("f", b"content")),
    ]
    assert execd.client.post(f"{prefix}/files/upload", files=parts).status_code == 200
    assert (target.stat().st_uid, target.stat().st_gid, target.read_text()) == (12345, 54321, "content")
    got = execd.client.get(f"{prefix}/files/download", params={"path": str(target)})
    assert got.text == "content"
    refused = execd.client.get(f"{prefix}/files/download", params={"path": str(secret)})
    assert (refused.status_code, refused.json()["code"]) == (500, "RUNTIME_ERROR")
    owner = {str(target): {"mode": 0, "owner": "root"}}
    assert execd.client.post(f"{prefix}/files/permissions", json=owner).status_code == 500


@needs_root
def test_every_file_route_exists_under_an_identity(execd, open_directory):
    prefix = "/v1/filesystem/12345/12345"
    a, b = f"{open_directory}/a", f"{open_directory}/b.txt"
    client = execd.client
    assert client.post(f"{prefix}/directories", json={a: {}}).status_code == 200
    parts = [("metadata", ("m", json.dumps({"path": f"{a}/x.txt"}))), ("file", ("f", b"old old"))]
    assert client.post(f"{prefix}/files/upload", files=parts).status_code == 200
    replaced = client.post(
        f"{prefix}/files/replace?verbose=true", json={f"{a}/x.txt": {"old": "old", "new": "new"}}
    )
    assert replaced.json() == {f"{a}/x.txt": {"replacedCount": 2}}
    assert client.post(f"{prefix}/files/mv", json=[{"src": f"{a}/x.txt", "dest": b}]).status_code == 200
    assert client.get(f"{prefix}/files/info", params={"path": b}).json()[b]["owner"] == "12345"
    listed = client.get(f"{prefix}/directories/list", params={"path": str(open_directory)}).json()
    assert [record["path"] for record in listed] == [a, b]
    found = client.get(f"{prefix}/files/search", params={"path": str(open_directory), "pattern": "*.txt"})
    assert [record["path"] for record in found.json()] == [b]
    assert client.delete(f"{prefix}/files", params={"path": b}).status_code == 200
    assert client.delete(f"{prefix}/directories", params={"path": a}).status_code == 200
    assert os.listdir(open_directory) == []


def test_own_identity_needs_no_rights(execd, tmp_path):
    prefix = f"/v1/filesystem/{os.getuid()}/{os.getgid()}"
    assert execd.client.get(f"{prefix}/files/info", params={"path": str(tmp_path)}).status_code == 200
    missing = execd.client.get(f"{prefix}/files/info", params={"path": f"{tmp_path}/nope"})
    assert (missing.status_code, missing.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_environment_is_not_inherited_and_relative_paths_start_at_the_root(execd):
    prefix = f"/v1/filesystem/{os.getuid()}/{os.getgid()}"
    assert execd.client.get(f"{prefix}/files/info", params={"path": "$HOME"}).status_code == 500
    found = execd.client.get(f"{prefix}/files/info", params={"path": "etc/passwd"}).json()
    assert found["etc/passwd"]["path"] == "/etc/passwd"


@pytest.mark.parametrize(
    "ids", ["-1/0", "0/x", "4294967295/0", "0/4294967295", "%201/0", "+1/0", "0/99999999999"]
)
def test_bad_identity_is_refused(execd, ids):
    answer = execd.client.get(f"/v1/filesystem/{ids}/files/info", params={"path": "/"})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_BODY")
