"""`LocalServer`: the server as a child of the program that uses it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from opensandbox.local import LocalServer
from opensandbox.local.server import LocalServerError
from tests.local.server.client import Api, until

if TYPE_CHECKING:
    from collections.abc import Iterator


def children(pid: int) -> list[int]:
    """All descendants of a process."""
    direct = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*direct, *(descendant for child in direct for descendant in children(child))]


def client(server: LocalServer) -> httpx.Client:
    headers = {"OPEN-SANDBOX-API-KEY": server.api_key}
    return httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=30)


def alive(pids: list[int]) -> list[int]:
    """Those that still run; one that only waits to be reaped by its new parent does not."""
    return [pid for pid in pids if (stat := status(pid)) and "State:\tZ" not in stat]


def status(pid: int) -> str:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/status").read_text()
    return ""


@pytest.fixture
def temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path for temporary files, since sockets live below it."""
    directory = Path("/tmp") / f"o{os.getpid()}"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    yield directory
    directory.rmdir()


def test_block_leaves_nothing_behind(temporary_directory: Path) -> None:
    with LocalServer() as server, client(server) as http:
        assert server.host == "127.0.0.1"
        assert server.domain == f"127.0.0.1:{server.port}"
        assert server.url == f"http://{server.domain}"
        Api(http).create()
        assert server._process is not None
        processes = [server._process.pid, *children(server._process.pid)]
        assert len(processes) > 2
        assert list(temporary_directory.iterdir())
    assert alive(processes) == []
    assert list(temporary_directory.iterdir()) == []


def test_streams_do_not_hold_up_the_end() -> None:
    with LocalServer() as server, client(server) as http:
        execd = Api(http).endpoint(Api(http).create()["id"])
        with execd, execd.stream("POST", "/command", json={"command": "echo started; sleep 600"}) as answer:
            lines = answer.iter_lines()
            until(lambda: "started" in next(lines), "the command runs")
            server.stop()
            with pytest.raises(httpx.RemoteProtocolError):
                list(lines)


def test_async_block() -> None:
    async def main() -> None:
        async with LocalServer(spares=0) as server, httpx.AsyncClient() as http:
            assert (await http.get(f"{server.url}/health")).status_code == 200

    asyncio.run(main())


def test_server_ends_when_its_program_is_killed() -> None:
    program = (
        "from opensandbox.local import LocalServer\n"
        "server = LocalServer().start()\n"
        "print(server._process.pid, flush=True)\n"
        "import signal; signal.pause()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        processes = [server, *children(server)]
        assert alive([server])
        parent.send_signal(signal.SIGKILL)
    until(lambda: not alive(processes), "the server and its sandboxes ended")


def test_next_server_removes_what_a_killed_one_left(temporary_directory: Path) -> None:
    server = LocalServer().start()
    with client(server) as http:
        Api(http).create()
    assert server._process is not None
    processes = [server._process.pid, *children(server._process.pid)]
    server._process.kill()
    server.stop()
    until(lambda: not alive(processes), "the sandboxes ended with their server")
    (left,) = temporary_directory.iterdir()
    with LocalServer(spares=0):
        assert not left.exists()
        with LocalServer(spares=0):
            assert len(list(temporary_directory.iterdir())) == 2, (
                "the directory of a living server is left alone"
            )
    assert list(temporary_directory.iterdir()) == []


def test_failed_start_says_why(tmp_path: Path) -> None:
    with LocalServer(spares=0, state_dir=tmp_path / "one") as server:
        with pytest.raises(LocalServerError, match="something listens there already"):
            LocalServer(port=server.port).start()
        with pytest.raises(
            LocalServerError, match=r"in use by the server with pid \d+; stop that server or choose"
        ):
            LocalServer(state_dir=tmp_path / "one").start()
    with pytest.raises(LocalServerError, match="too long"):
        LocalServer(state_dir=tmp_path / ("x" * 100)).start()
    with pytest.raises(LocalServerError, match="is not a directory"):
        LocalServer(images={"a": tmp_path / "absent"}).start()


def test_misuse_says_how_to_use_it() -> None:
    server = LocalServer(spares=0)
    with pytest.raises(RuntimeError, match="with LocalServer"):
        _ = server.url
    server.stop()
    with server, pytest.raises(RuntimeError, match="running already"):
        server.start()


def test_forgotten_server_is_a_resource_warning() -> None:
    server = LocalServer(spares=0).start()
    process = server._process
    assert process is not None
    with pytest.warns(ResourceWarning, match="was not stopped"):
        server.__del__()
    server.stop()


def test_each_server_has_its_own_key() -> None:
    assert len({LocalServer().api_key for _ in range(2)}) == 2
    assert LocalServer(api_key="mine").api_key == "mine"


def test_key_is_not_on_the_command_line() -> None:
    with LocalServer(spares=0, api_key="s3cret-key") as server:
        assert server._process is not None
        assert b"s3cret-key" not in Path(f"/proc/{server._process.pid}/cmdline").read_bytes()


def test_named_image_is_a_root_directory(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("bin", "lib", "lib64", "sbin", "usr"):
        source = Path("/") / name
        if source.is_symlink():
            root.mkdir(exist_ok=True)
            (root / name).symlink_to(source.readlink())
    subprocess.run(["cp", "-aL", "--parents", *needed_programs(), str(root)], check=True, cwd="/")
    (root / "marker").write_text("this image\n")
    with (
        LocalServer(spares=0, images={"registry.example.com:5000/team/small": root}) as server,
        client(server) as http,
    ):
        api = Api(http)
        sandbox = api.create(
            image={"uri": "registry.example.com:5000/team/small:1.0"}, entrypoint=["sleep", "600"]
        )
        assert "message" not in sandbox["status"]
        assert api.run(sandbox["id"], "cat /marker") == "this image"
        api.run(sandbox["id"], "echo changed > /marker")
    assert (root / "marker").read_text() == "this image\n"


def needed_programs() -> list[str]:
    """The shell, a few tools, and the libraries they load."""
    programs = ["/usr/bin/sh", "/usr/bin/dash", "/usr/bin/cat", "/usr/bin/sleep"]
    libraries: set[str] = set()
    for program in programs:
        shown = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        libraries |= {word for word in shown.split() if word.startswith("/")}
    return [str(Path(path).parent.resolve() / Path(path).name) for path in (*programs, *sorted(libraries))]


def test_import_is_light() -> None:
    program = "import sys, opensandbox.local; print(*sorted(set(sys.modules) & {'starlette', 'uvicorn', 'httpx', 'pydantic'}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert shown.stdout.strip() == ""
