from __future__ import annotations

import json
import os
import re
import socket
import stat
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests.local.execd.daemon import until


def upload(execd, *entries, prefix=""):
    parts = []
    for metadata, content in entries:
        parts.append(("metadata", ("metadata", json.dumps(metadata), "application/json")))
        parts.append(("file", ("name", content, "application/octet-stream")))
    return execd.client.post(f"{prefix}/files/upload", files=parts)


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "deep.txt").write_text("deep")
    (tmp_path / "a.txt").write_text("one two one")
    (tmp_path / "link").symlink_to("b")
    return tmp_path


# Upload and download -------------------------------------------------------------------------------------------------


def test_upload_writes_pairs_with_parents_mode_and_content(execd, tmp_path):
    content = os.urandom(3 << 20)
    answer = upload(
        execd,
        ({"path": f"{tmp_path}/new/dir/a.bin", "mode": 640}, content),
        ({"path": f"{tmp_path}/b.txt", "owner": None, "group": ""}, b""),
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert (tmp_path / "new/dir/a.bin").read_bytes() == content
    assert stat.S_IMODE((tmp_path / "new/dir/a.bin").stat().st_mode) == 0o640
    assert (tmp_path / "b.txt").read_bytes() == b""
    got = execd.client.get("/files/download", params={"path": f"{tmp_path}/new/dir/a.bin"})
    assert got.content == content


@pytest.mark.parametrize("mode", [4755, 2775, 1777])
def test_the_special_bits_of_a_mode_are_set(execd, tmp_path, mode):
    upload(execd, ({"path": f"{tmp_path}/uploaded", "mode": mode}, b"content"))
    (tmp_path / "present").touch()
    execd.client.post("/files/permissions", json={f"{tmp_path}/present": {"mode": mode}})
    execd.client.post("/directories", json={f"{tmp_path}/directory": {"mode": mode}})
    for name in ("uploaded", "present", "directory"):
        assert f"{stat.S_IMODE((tmp_path / name).stat().st_mode):o}" == str(mode), name


def test_a_pipe_holds_no_call_up(execd, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    pipe = str(tmp_path / "pipe")
    for answer in (
        execd.client.get("/files/download", params={"path": pipe}),
        execd.client.post("/files/replace", json={pipe: {"old": "a", "new": "b"}}),
        upload(execd, ({"path": pipe}, b"content")),
    ):
        assert (answer.status_code, answer.json()["message"]) == (500, f"{pipe} is not a regular file")
    assert [
        record["path"]
        for record in execd.client.get("/directories/list", params={"path": str(tmp_path)}).json()
    ]


def test_upload_without_mode_keeps_the_mode_of_an_existing_file(execd, tmp_path):
    target = tmp_path / "old"
    target.write_text("a longer text than the new one")
    target.chmod(0o600)
    inode = target.stat().st_ino
    assert upload(execd, ({"path": str(target)}, b"new")).status_code == 200
    assert target.read_text() == "new"
    assert (stat.S_IMODE(target.stat().st_mode), target.stat().st_ino) == (0o600, inode)


def test_upload_pairs_by_index_whatever_the_order_of_the_parts(execd, tmp_path):
    parts = [
        ("file", ("x", b"first")),
        ("file", ("x", b"second")),
        ("metadata", ("m", json.dumps({"path": f"{tmp_path}/1"}))),
        ("metadata", ("m", json.dumps({"path": f"{tmp_path}/2"}))),
    ]
    assert execd.client.post("/files/upload", files=parts).status_code == 200
    assert [(tmp_path / name).read_text() for name in "12"] == ["first", "second"]


def test_upload_needs_constant_memory(execd, tmp_path):
    body_size = 256 << 20
    head = (
        b'--X\r\nContent-Disposition: form-data; name="metadata"; filename="m"\r\n\r\n'
        + json.dumps({"path": f"{tmp_path}/big"}).encode()
        + b'\r\n--X\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    )

    def body():
        yield head
        for _ in range(body_size >> 20):
            yield bytes(1 << 20)
        yield b"\r\n--X--\r\n"

    answer = execd.client.post(
        "/files/upload", content=body(), headers={"Content-Type": "multipart/form-data; boundary=X"}
    )
    assert answer.status_code == 200
    assert (tmp_path / "big").stat().st_size == body_size
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{execd.process.pid}/status").read_text())[1])
    with execd.client.stream("GET", "/files/download", params={"path": f"{tmp_path}/big"}) as response:
        assert sum(len(piece) for piece in response.iter_raw()) == body_size
    (tmp_path / "big").unlink()
    assert peak < 150 << 10


def test_upload_that_breaks_off_touches_nothing(execd, tmp_path):
    target = tmp_path / "kept"
    target.write_text("kept")
    head = (
        b'--X\r\nContent-Disposition: form-data; name="metadata"; filename="m"\r\n\r\n'
        + json.dumps({"path": str(target)}).encode()
        + b'\r\n--X\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\npart'
    )
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(execd.directory / "execd.sock"))
        client.sendall(
            b"POST /files/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
            b"Content-Type: multipart/form-data; boundary=X\r\n\r\n" + head
        )
    assert execd.client.get("/ping").status_code == 200
    assert target.read_text() == "kept"


def part(name, content, filename="f"):
    return (name, (filename, content))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b"{}", None), part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b"{"), part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b"[]"), part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b"{}"), part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b'{"path":""}'), part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b'{"path":"/tmp/x","mode":888}'), part("file", b"")], "INVALID_FILE_METADATA"),
        ([part("metadata", b'{"path":"/tmp/x"}')], "INVALID_FILE_CONTENT"),
        ([part("metadata", b'{"path":"/tmp/x"}'), part("file", b""), part("file", b"")], "INVALID_FILE"),
    ],
)
def test_bad_form_is_refused(execd, parts, code):
    answer = execd.client.post("/files/upload", files=parts)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=X", b"nonsense"),
        ("multipart/form-data; boundary=X", b""),
        ("multipart/form-data; boundary=X", b'--X\r\nContent-Disposition: form-data; name="file"\r\n\r\ncut'),
    ],
)
def test_body_that_is_no_form_is_refused(execd, content_type, body):
    answer = execd.client.post("/files/upload", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_FILE")


def test_upload_that_cannot_be_written_is_an_error_of_the_runtime(execd, tmp_path):
    for metadata in ({"path": str(tmp_path)}, {"path": f"{tmp_path}/f", "owner": "nobody-of-that-name"}):
        answer = upload(execd, (metadata, b"x"))
        assert (answer.status_code, answer.json()["code"]) == (500, "RUNTIME_ERROR")


@pytest.fixture
def ten(tmp_path):
    path = tmp_path / "ten.bin"
    path.write_bytes(b"abcdefghij")
    return str(path)


def test_whole_download_names_the_file(execd, ten):
    answer = execd.client.get("/files/download", params={"path": ten})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == "10"
    assert answer.headers["content-disposition"] == 'attachment; filename="ten.bin"'
    assert answer.headers["accept-ranges"] == "bytes"
    unchanged = {"If-Modified-Since": answer.headers["last-modified"]}
    assert execd.client.get("/files/download", params={"path": ten}, headers=unchanged).status_code == 304


def test_download_of_a_name_outside_ascii(execd, tmp_path):
    (tmp_path / "ä b.txt").write_text("x")
    answer = execd.client.get("/files/download", params={"path": f"{tmp_path}/ä b.txt"})
    expected = "attachment; filename=\"%C3%A4 b.txt\"; filename*=UTF-8''%C3%A4%20b.txt"
    assert answer.headers["content-disposition"] == expected


@pytest.mark.parametrize(
    ("wanted", "content", "content_range"),
    [
        ("bytes=2-4", b"cde", "bytes 2-4/10"),
        ("bytes=7-", b"hij", "bytes 7-9/10"),
        ("bytes=-3", b"hij", "bytes 7-9/10"),
        ("bytes=-99", b"abcdefghij", "bytes 0-9/10"),
        ("bytes=8-99", b"ij", "bytes 8-9/10"),
        ("bytes=50-60,0-1,4-5", b"ab", "bytes 0-1/10"),
    ],
)
def test_range(execd, ten, wanted, content, content_range):
    answer = execd.client.get("/files/download", params={"path": ten}, headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["content-range"] == content_range
    assert answer.headers["content-length"] == str(len(content))


@pytest.mark.parametrize(
    "wanted", ["bytes=", "bytes=a-b", "bytes=4-2", "lines=1-2", "bytes", "bytes=-", "bytes=1-2,x"]
)
def test_malformed_range(execd, ten, wanted):
    answer = execd.client.get("/files/download", params={"path": ten}, headers={"Range": wanted})
    assert (answer.status_code, answer.json()["code"]) == (416, "UNKNOWN")
    assert wanted in answer.json()["message"]


def test_empty_range_is_none(execd, ten):
    answer = execd.client.get("/files/download", params={"path": ten}, headers={"Range": ""})
    assert (answer.status_code, len(answer.content)) == (200, 10)


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_range_outside_of_the_file(execd, ten, wanted):
    answer = execd.client.get("/files/download", params={"path": ten}, headers={"Range": wanted})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")
    assert answer.json()["code"] == "UNKNOWN"
    assert "10 bytes" in answer.json()["message"]


def test_empty_file(execd, tmp_path):
    path = tmp_path / "empty"
    path.touch()
    answer = execd.client.get("/files/download", params={"path": str(path)})
    assert (answer.status_code, answer.headers["content-length"]) == (200, "0")
    ranged = execd.client.get("/files/download", params={"path": str(path)}, headers={"Range": "bytes=0-"})
    assert ranged.status_code == 416


def test_download_of_a_file_that_claims_to_be_empty(execd):
    answer = execd.client.get("/files/download", params={"path": "/proc/version"})
    assert answer.text.startswith("Linux")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"offset": 1}, "one\ntwo\n\nfour"),
        ({"offset": 2, "limit": 2}, "two\n"),
        ({"limit": 1}, "one"),
        ({"offset": 4}, "four"),
        ({"offset": 5}, ""),
        ({"offset": 99, "limit": 5}, ""),
    ],
)
def test_lines(execd, tmp_path, query, expected):
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\r\n\nfour\n")
    answer = execd.client.get("/files/download", params={"path": str(path), **query})
    assert (answer.status_code, answer.text) == (200, expected)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_many_lines_survive_the_cut_into_pieces(execd, tmp_path):
    path = tmp_path / "lines"
    lines = [str(number) for number in range(200_000)]
    path.write_text("\n".join(lines))
    answer = execd.client.get("/files/download", params={"path": str(path), "offset": 2})
    assert answer.text == "\n".join(lines[1:])


@pytest.mark.parametrize(
    ("query", "headers", "status_code", "code"),
    [
        ({}, {}, 400, "MISSING_QUERY"),
        ({"path": ""}, {}, 400, "MISSING_QUERY"),
        ({"path": "/does/not/exist"}, {}, 404, "FILE_NOT_FOUND"),
        ({"path": "/tmp"}, {}, 500, "RUNTIME_ERROR"),
        ({"path": "/dev/null"}, {}, 500, "RUNTIME_ERROR"),
        ({"path": "$UNDEFINED_HERE/x"}, {}, 500, "RUNTIME_ERROR"),
        ({"path": "/etc/passwd", "offset": "0"}, {}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "/etc/passwd", "limit": "x"}, {}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "/etc/passwd", "limit": "1"}, {"Range": "bytes=0-1"}, 400, "INVALID_REQUEST_BODY"),
    ],
)
def test_download_that_makes_no_sense(execd, query, headers, status_code, code):
    answer = execd.client.get("/files/download", params=query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status_code, code)


# Records -------------------------------------------------------------------------------------------------------------


def test_info_describes_each_path_as_given(execd, tree):
    (tree / "a.txt").chmod(0o4644)
    paths = [f"{tree}/a.txt", f"{tree}/b/../b", f"{tree}/link"]
    found = execd.client.get("/files/info", params={"path": paths}).json()
    assert list(found) == paths
    record = found[paths[0]]
    assert (record["path"], record["type"], record["size"], record["mode"]) == (paths[0], "file", 11, 644)
    assert record["owner"]
    assert record["group"]
    assert datetime.fromisoformat(re.sub(r"\.\d+", "", record["modified_at"])).tzinfo is not None
    assert [found[path]["type"] for path in paths] == ["file", "directory", "symlink"]
    assert found[paths[1]]["path"] == f"{tree}/b"


def test_info_of_nothing_and_of_a_missing_path(execd, tree):
    assert execd.client.get("/files/info").json() == {}
    missing = execd.client.get("/files/info", params={"path": [f"{tree}/a.txt", f"{tree}/nope"]})
    assert (missing.status_code, missing.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_paths_expand_variables_and_home(execd):
    work = execd.directory.parent / "work"
    (work / "expanded").write_text("x")
    for path in ("~/expanded", "$HOME/expanded", "${HOME}/expanded", "expanded"):
        found = execd.client.get("/files/info", params={"path": path}).json()
        assert found[path]["path"] == f"{work}/expanded"


@pytest.mark.parametrize(
    ("depth", "names"),
    [
        (None, ["a.txt", "b", "link"]),
        (0, []),
        (1, ["a.txt", "b", "link"]),
        (2, ["a.txt", "b", "b/deep.txt", "link"]),
    ],
)
def test_listing_goes_as_deep_as_asked(execd, tree, depth, names):
    query = {"path": str(tree)} | ({} if depth is None else {"depth": depth})
    found = execd.client.get("/directories/list", params=query).json()
    assert [record["path"] for record in found] == [f"{tree}/{name}" for name in names]


@pytest.mark.parametrize(
    ("query", "status_code", "code"),
    [
        ({}, 400, "MISSING_QUERY"),
        ({"path": "{tree}", "depth": "-1"}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "{tree}", "depth": "x"}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "{tree}", "depth": "9" * 5000}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "{tree}/a.txt"}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "{tree}/link"}, 400, "INVALID_REQUEST_BODY"),
        ({"path": "{tree}/nope"}, 404, "FILE_NOT_FOUND"),
    ],
)
def test_listing_that_makes_no_sense(execd, tree, query, status_code, code):
    query = {key: value.format(tree=tree) for key, value in query.items()}
    answer = execd.client.get("/directories/list", params=query)
    assert (answer.status_code, answer.json()["code"]) == (status_code, code)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (None, ["a.txt", "link", "b/deep.txt"]),
        ("", ["a.txt", "link", "b/deep.txt"]),
        ("*.txt", ["a.txt", "b/deep.txt"]),
        ("deep*", ["b/deep.txt"]),
        ("b/*", []),
    ],
)
def test_search_matches_base_names(execd, tree, pattern, names):
    query = {"path": str(tree)} | ({} if pattern is None else {"pattern": pattern})
    found = execd.client.get("/files/search", params=query).json()
    assert [record["path"] for record in found] == [f"{tree}/{name}" for name in names]


def test_search_needs_a_root(execd, tree):
    assert execd.client.get("/files/search").json()["code"] == "MISSING_QUERY"
    assert execd.client.get("/files/search", params={"path": f"{tree}/nope"}).status_code == 404


def test_name_that_is_not_utf8_can_be_listed(execd, tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):
        pass
    (record,) = execd.client.get("/directories/list", params={"path": str(tmp_path)}).json()
    assert record["path"] == f"{tmp_path}/\ufffd"
    named = execd.client.get(f"/files/download?path={tmp_path}/%FF")
    assert named.status_code == 200


# Changes -------------------------------------------------------------------------------------------------------------


def test_make_directories(execd, tmp_path):
    wanted = {f"{tmp_path}/x/y": {"mode": 700}, f"{tmp_path}/z": {}}
    assert execd.client.post("/directories", json=wanted).status_code == 200
    assert stat.S_IMODE((tmp_path / "x/y").stat().st_mode) == 0o700
    again = {f"{tmp_path}/x/y": {"mode": 755}}
    assert execd.client.post("/directories", json=again).status_code == 200
    assert stat.S_IMODE((tmp_path / "x/y").stat().st_mode) == 0o700
    (tmp_path / "file").touch()
    assert execd.client.post("/directories", json={f"{tmp_path}/file": {}}).status_code == 500


def test_null_for_a_directory_asks_for_no_permissions(execd, tree):
    assert execd.client.post("/directories", json={f"{tree}/new/deep": None}).status_code == 200
    assert stat.S_IMODE((tree / "new/deep").stat().st_mode) == 0o755


def test_remove_directories(execd, tree):
    outside = tree / "b" / "deep.txt"
    paths = [f"{tree}/link", f"{tree}/nope"]
    assert execd.client.delete("/directories", params={"path": paths}).status_code == 200
    assert outside.exists()
    assert execd.client.delete("/directories", params={"path": f"{tree}/b"}).status_code == 200
    assert not (tree / "b").exists()


def test_a_tree_of_any_depth_is_removed(execd, tmp_path):
    deep = tmp_path / "deep"
    deep.mkdir()
    place = os.open(deep, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d" * 20, dir_fd=place)
        below = os.open("d" * 20, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(os.open("file", os.O_CREAT, dir_fd=place))
    os.close(place)
    assert execd.client.delete("/directories", params={"path": str(deep)}).status_code == 200
    assert not deep.exists()


def test_remove_files(execd, tree):
    paths = [f"{tree}/a.txt", f"{tree}/nope", f"{tree}/link"]
    assert execd.client.delete("/files", params={"path": paths}).status_code == 200
    assert os.listdir(tree) == ["b"]
    refused = execd.client.delete("/files", params={"path": f"{tree}/b"})
    assert (refused.status_code, refused.json()["code"]) == (500, "RUNTIME_ERROR")


def test_move_makes_parents_and_never_overwrites(execd, tree):
    items = [{"src": f"{tree}/a.txt", "dest": f"{tree}/new/a.txt"}, {"src": f"{tree}/b", "dest": f"{tree}/c"}]
    assert execd.client.post("/files/mv", json=items).status_code == 200
    assert (tree / "new/a.txt").read_text() == "one two one"
    assert (tree / "c/deep.txt").exists()
    taken = execd.client.post("/files/mv", json=[{"src": f"{tree}/new/a.txt", "dest": f"{tree}/c/deep.txt"}])
    assert taken.status_code == 500
    assert (tree / "c/deep.txt").read_text() == "deep"
    missing = execd.client.post("/files/mv", json=[{"src": f"{tree}/nope", "dest": f"{tree}/x"}])
    assert (missing.status_code, missing.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_set_permissions(execd, tree):
    path = tree / "a.txt"
    assert execd.client.post("/files/permissions", json={str(path): {"mode": 600}}).status_code == 200
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert execd.client.post("/files/permissions", json={str(path): {"mode": 0}}).status_code == 200
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for wrong in ({f"{tree}/nope": {"mode": 600}}, {str(path): {"mode": 0, "owner": "nobody-of-that-name"}}):
        answer = execd.client.post("/files/permissions", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (500, "RUNTIME_ERROR")


def test_replace_counts_and_keeps_the_mode(execd, tree):
    path = tree / "a.txt"
    path.chmod(0o640)
    body = {str(path): {"old": "one", "new": "1"}}
    silent = execd.client.post("/files/replace", json={str(path): {"old": "absent", "new": ""}})
    assert (silent.status_code, silent.content) == (200, b"")
    counted = execd.client.post("/files/replace", params={"verbose": "true"}, json=body)
    assert counted.json() == {str(path): {"replacedCount": 2}}
    assert path.read_text() == "1 two 1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (
        execd.client.post("/files/replace", json={f"{tree}/nope": {"old": "a", "new": ""}}).status_code == 404
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/directories", "["),
        ("/directories", "[]"),
        ("/directories", '{"/tmp/x":5}'),
        ("/directories", '{"/tmp/x":{"mode":493.5}}'),
        ("/directories", '{"/tmp/x":{"mode":17777}}'),
        ("/files/permissions", '{"/tmp/x":{"mode":"644"}}'),
        ("/files/permissions", '{"/tmp/x":{"mode":-1}}'),
        ("/files/permissions", '{"/tmp/x":{"mode":644,"owner":5}}'),
        ("/files/permissions", '{"/tmp/x":{"mode":644,"owner":false}}'),
        ("/files/permissions", '{"/tmp/x":null}'),
        ("/files/mv", "{}"),
        ("/files/mv", '[{"src":"/a"}]'),
        ("/files/mv", "[5]"),
        ("/files/replace", '{"/tmp/x":{"old":"","new":"b"}}'),
        ("/files/replace", '{"/tmp/x":{"old":"a"}}'),
        ("/files/replace", '{"/tmp/x":null}'),
    ],
)
def test_bad_change_is_refused(execd, path, body):
    answer = execd.client.post(path, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_BODY")


# The rest ------------------------------------------------------------------------------------------------------------


def test_metrics_is_one_sample_of_this_machine(execd):
    sample = execd.client.get("/metrics").json()
    assert sample["cpu_count"] == len(os.sched_getaffinity(0))
    assert 0 <= sample["cpu_used_pct"] <= 100
    assert 0 < sample["mem_used_mib"] < sample["mem_total_mib"]


def test_metrics_watch_sends_one_line_per_sample(execd):
    with execd.client.stream("GET", "/metrics/watch") as response:
        assert response.headers["content-type"] == "text/event-stream"
        lines = response.iter_lines()
        samples = [json.loads(next(lines)) for _ in range(2)]
    assert samples[0]["timestamp"] < samples[1]["timestamp"]


@pytest.mark.parametrize(
    "path", ["/ping", "/files/download?path={0}/a.txt", "/directories/list?path={0}", "/v1/isolated/sessions"]
)
def test_head_is_get_without_the_body(execd, tree, path):
    got, head = (execd.client.request(method, path.format(tree)) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers
    assert execd.client.get("/ping").status_code == 200, "the connection goes on"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/command"), ("POST", "/ping"), ("PUT", "/files")]
)
def test_unknown_route_is_plain_text(execd, method, path):
    answer = execd.client.request(method, path)
    assert (answer.status_code, answer.text) == (404, "404 page not found")


def test_many_requests_share_a_connection(execd):
    transport = httpx.HTTPTransport(
        uds=str(execd.directory / "execd.sock"), limits=httpx.Limits(max_connections=1)
    )
    with httpx.Client(transport=transport, base_url="http://execd") as client:
        descriptors = set()
        for number in range(50):
            refused = client.post("/files/mv", content=b"x" * number * 1000)
            assert refused.status_code == 400
            descriptors.add(refused.extensions["network_stream"].get_extra_info("socket").fileno())
    assert len(descriptors) == 1


def test_broken_request_is_refused_and_the_daemon_lives_on(execd):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(execd.directory / "execd.sock"))
        client.sendall(b"nonsense\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")
    until(lambda: execd.client.get("/ping").status_code == 200)
