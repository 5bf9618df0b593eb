"""Sandboxes of images: what they see, and what a server does with a name that has no image."""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.exceptions import SandboxException
from opensandbox.local import LocalServer
from opensandbox.local.__main__ import main
from opensandbox.local.server import LocalServerError
from tests.support.layers import MadeImage, directory, file, layer, link
from tests.support.registries import FaultyRegistry
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

PROGRAMS = ("sh", "cat", "ls", "id", "echo", "pwd", "tail", "sleep", "touch", "rm", "mount", "ip")


def busybox(*more: bytes, **config: object) -> MadeImage:
    """An image of Debian's busybox-static, without any library."""
    program = Path(shutil.which("busybox") or "").read_bytes()
    base = layer(
        directory("bin"),
        file("bin/busybox", program, mode=0o755),
        *(link(f"bin/{name}", "busybox") for name in PROGRAMS),
        file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"),
        file("gone"),
        file("hidden/old"),
    )
    return MadeImage([base, *more], dict(config))


IMAGE = busybox(
    layer(file(".wh.gone"), file("hidden/.wh..wh..opq"), file("hidden/new"), file("setuid", mode=0o4755)),
    Env=["FROM=image", "BOTH=image", "PATH=/bin"],
    WorkingDir="/app/deep",
    Volumes={"/data": {}},
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    place = tmp_path_factory.mktemp("images")
    many = busybox(*(layer(file(f"many/{number}")) for number in range(119)))
    sources = {
        "app": IMAGE.write_archive(place / "app.tar"),
        "empty:1": MadeImage([layer(file("only", b"x"))]).write_layout(place / "empty"),
        "many": many.write_layout(place / "many"),
    }
    with LocalServer(images=sources, state_dir=place / "state", spares=0) as server:
        yield server


@contextlib.contextmanager
def created(server: LocalServer, image: str | None = None, **more: Any) -> Iterator[SandboxSync]:
    with SandboxSync.create(image, connection_config=server.connection_config_sync(), **more) as sandbox:
        try:
            yield sandbox
        finally:
            sandbox.kill()


def test_programs_start_as_the_image_says(server: LocalServer) -> None:
    with created(server, "app:1", env={"BOTH": "mine"}) as sandbox:
        said = sandbox.commands.run(
            "pwd; echo $FROM $BOTH $PATH; ls -d /gone /data; ls /hidden; id -u; ls -l /setuid"
        )
        assert said.text.split()[:8] == [
            "/app/deep",
            "image",
            "mine",
            "/bin:/usr/local/bin",
            "/data",
            "new",
            "0",
            "-rwsr-xr-x",
        ]
        assert sandbox.get_info().status.message is None
        assert sandbox.code.run("import sys; print(sys.version_info[0])").text.strip() == "3"
        sandbox.files.write_file("made", "x")
        with SandboxManagerSync.create(connection_config=server.connection_config_sync()) as manager:
            snapshot = manager.wait_for_snapshot(sandbox.create_snapshot().id)
    with created(server, snapshot_id=snapshot.id) as restored:
        assert restored.commands.run("pwd; echo $FROM; ls").text.split() == ["/app/deep", "image", "made"]


def test_an_image_without_any_program(server: LocalServer) -> None:
    with created(server, "empty:1") as sandbox:
        sandbox.files.write_file("/made", "x")
        assert {"/only", "/made"} <= {entry.path for entry in sandbox.files.list_directory("/")}


def test_an_image_of_120_layers(server: LocalServer) -> None:
    with created(server, "many") as sandbox:
        assert len(sandbox.commands.run("ls /many").text.split()) == 119


def test_a_name_without_an_image_runs_on_this_machine_and_says_so(server: LocalServer) -> None:
    with created(server, "unknown:1") as sandbox:
        message = sandbox.get_info().status.message or ""
        assert re.search(r"'unknown:1' is not there: .*--pull missing.*load.*--image", message)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalServer, FaultyRegistry]]:
    """A strict server that pulls what is missing, and the registry of its short names."""
    with FaultyRegistry(IMAGE).run() as registry:
        state = tmp_path_factory.mktemp("asking")
        with LocalServer(
            pull="missing", registry=registry.host, strict_images=True, state_dir=state, spares=0
        ) as server:
            yield server, registry


def test_an_image_that_is_missing_is_pulled_and_the_state_says_so(
    asking: tuple[LocalServer, FaultyRegistry],
) -> None:
    server, registry = asking
    going_on = threading.Event()

    def wait(_: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
        return "/blobs/" in request.path and not going_on.wait(30)

    registry.faults.append(wait)
    with (
        ThreadPoolExecutor() as pool,
        SandboxManagerSync.create(connection_config=server.connection_config_sync()) as manager,
    ):
        creation = pool.submit(SandboxSync.create, "app:1", connection_config=server.connection_config_sync())

        def pending() -> bool:
            found = manager.list_sandbox_infos({}).sandbox_infos
            return any("pulling" in (info.status.message or "") for info in found)

        until(pending)
        (info,) = manager.list_sandbox_infos({}).sandbox_infos
        assert (info.status.state, info.status.reason) == ("Pending", "IMAGE_PULLING")
        going_on.set()
        with creation.result() as sandbox:
            assert sandbox.commands.run("echo $FROM").text.strip() == "image"
            assert sandbox.get_info().status.message is None
            sandbox.kill()
    registry.faults.clear()
    asked = len(registry.asked)
    with created(server, "app:1"):
        assert len(registry.asked) == asked


@pytest.mark.parametrize("name", ["unknown:2", "No Name"])
def test_what_cannot_be_pulled_is_refused_as_by_a_real_server(
    asking: tuple[LocalServer, FaultyRegistry], name: str
) -> None:
    server, _ = asking
    with pytest.raises(SandboxException, match="cannot be had"):
        SandboxSync.create(name, connection_config=server.connection_config_sync())


def test_a_strict_server_that_pulls_nothing(tmp_path: Path) -> None:
    archive = IMAGE.write_archive(tmp_path / "app.tar", "app:1")
    assert main(["load", str(archive), "--state-dir", str(tmp_path / "state")]) == 0
    with LocalServer(strict_images=True, state_dir=tmp_path / "state", spares=0) as server:
        with pytest.raises(SandboxException, match="pulls nothing") as refused:
            SandboxSync.create("unknown", connection_config=server.connection_config_sync())
        assert "SANDBOX_IMAGE_PULL_FAILED" in str(refused.value.error.code)
        with created(server, "app:1") as sandbox:
            assert sandbox.commands.run("echo $FROM").text.strip() == "image"
            assert main(["rmi", "app:1", "--state-dir", str(tmp_path / "state")]) == 1
    assert main(["rmi", "app:1", "--state-dir", str(tmp_path / "state")]) == 0


def test_sources_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive")
    for source, reason in (
        (tmp_path / "text", "no archive"),
        ("docker://127.0.0.1:1/app", "cannot be pulled"),
        ("nothing", "not a directory"),
    ):
        with pytest.raises(LocalServerError, match=reason):
            LocalServer(images={"app": source}, state_dir=tmp_path / "state").start()
    with pytest.raises(ValueError, match="pull is 'often'"):
        LocalServer(pull="often")  # type: ignore[arg-type]
