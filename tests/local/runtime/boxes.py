"""Drive a `box_server` from a test, started by root or by an ordinary user."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opensandbox.local.settings import START_VARIABLE, USERS_VARIABLE
from tests.support.long import some_of

REPOSITORY = Path(__file__).parents[3]
ORDINARY_UID = 12345
SUBORDINATE = 700_000
STARTERS = ("root", "user") if os.geteuid() == 0 else ("user",)
MAINLY = some_of(STARTERS, every=2)
"""For what has nothing to do with the rights of whoever starts the runtime: the second is long."""


class BoxServerError(Exception):
    """What the runtime raised: `kind` is its class."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


@dataclass
class Sandbox:
    host: BoxHost
    id: str
    name: str
    warm: bool
    notes: list[str]
    pid: int
    directory: Path

    def run(self, script: str) -> str:
        """What a script printed inside, which must succeed."""
        answer = self.host.call("run", self.id, script)
        assert answer["code"] == 0, answer["output"]
        return str(answer["output"])

    def fails(self, script: str) -> str:
        """What a script printed inside, which must fail."""
        answer = self.host.call("run", self.id, script)
        assert answer["code"] != 0, f"{script!r} succeeded: {answer['output']}"
        return str(answer["output"])

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """The status and text of the daemon's answer."""
        status, text = self.host.call("ask", self.id, method, path, body)
        return status, text

    def do(self, method: str, *arguments: Any) -> Any:
        return self.host.call("box", self.id, method, *arguments)


class BoxHost:
    """A running `box_server`. `place` is a directory that it may write to, `down` are walls that it does not put up.

    With `ranged`, its ordinary user has a range of subordinate ids. `users` is which users it is told to give to sandboxes.
    """

    def __init__(
        self,
        place: Path,
        *,
        as_user: bool,
        spares: int = 0,
        packages: Sequence[str] = (),
        down: Sequence[str] = (),
        start: str | None = None,
        ranged: bool = False,
        users: str | None = None,
    ) -> None:
        self.place = place
        self.state_dir = place / "state"
        self.as_user = as_user
        self._count = 0
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed by _close
        self.process = subprocess.Popen(
            _command(place, [str(self.state_dir), str(spares), *packages], as_user=as_user, ranged=ranged),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=os.environ
            | _import_paths(place, as_user=as_user)
            | {"SERVER_SECRET": "host", "XDG_CACHE_HOME": f"{place}/cache", "WALLS_DOWN": " ".join(down)}
            | ({START_VARIABLE: start} if start else {})
            | ({USERS_VARIABLE: users} if users else {}),
            cwd="/",
        )
        try:
            self._answer()
        except BaseException:
            self._close()
            raise

    def launch(self, **shape: Any) -> Sandbox:
        self._count += 1
        box_id = f"box-{self._count}"
        facts = self.call("launch", box_id, **({"layers": [], "mounts": []} | shape))
        return Sandbox(
            self, box_id, facts["name"], facts["warm"], facts["notes"], facts["pid"], Path(facts["directory"])
        )

    def call(self, name: str, *positional: Any, **named: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([name, positional, named]).encode() + b"\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(30)
            self.errors.seek(0)
            raise AssertionError(f"the box server ended: {self.errors.read().decode()}")
        answer = json.loads(line)
        if "error" in answer:
            raise BoxServerError(answer["error"], answer["message"])
        return answer["ok"]

    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """End it in the ordinary way, by closing its input."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        try:
            assert self.process.wait(60) == 0, self._complaint()
        finally:
            self._close()

    def kill_hard(self) -> None:
        """SIGKILL, as the kernel does when memory runs out: no chance to clean up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self._close()

    def _complaint(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode()

    def _close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]


@contextlib.contextmanager
def place_for(starter: str) -> Iterator[Path]:
    """A short-named temporary directory that the starter owns."""
    place = Path(tempfile.mkdtemp(prefix="boxes-"))
    try:
        place.chmod(0o755)
        if _becomes_other(starter != "root"):
            os.chown(place, ORDINARY_UID, ORDINARY_UID)
        yield place
    finally:
        shutil.rmtree(place)


@contextlib.contextmanager
def box_host(
    starter: str,
    *,
    spares: int = 0,
    packages: Sequence[str] = (),
    start: str | None = None,
    users: str | None = None,
) -> Iterator[BoxHost]:
    """A box server in a place of its own; both are gone afterwards. The starter is "root", "user", or "ranged": a user with subordinate ids."""
    with place_for(starter) as place:
        host = BoxHost(
            place,
            as_user=starter != "root",
            ranged=starter == "ranged",
            spares=spares,
            packages=packages,
            start=start,
            users=users,
        )
        try:
            yield host
        finally:
            if host.process.poll() is None:
                host.stop()


def _becomes_other(as_user: bool) -> bool:
    return as_user and os.geteuid() == 0


def _import_paths(place: Path, *, as_user: bool) -> dict[str, str]:
    if not _becomes_other(as_user):
        return {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY}/generated"}
    view = place / "view"
    return {
        "PYTHONPATH": f"{view}/repository:{view}/repository/generated:{view}/packages",
        "LD_LIBRARY_PATH": f"{view}/python/lib",
        "HOME": str(place),
    }


def _command(place: Path, arguments: list[str], *, as_user: bool, ranged: bool) -> list[str]:
    module = ["-m", "tests.local.runtime.box_server", *arguments]
    if not _becomes_other(as_user):
        return [sys.executable, *module]
    # The interpreter may live in root's home, where an ordinary user cannot look. So it gets a view of its own, in a
    # mount namespace that ends with the process.
    view = place / "view"
    prefix = Path(sys.base_prefix).resolve()
    program = Path(getattr(sys, "_base_executable", sys.executable)).resolve().relative_to(prefix)
    mounts = {"python": prefix, "packages": Path(sysconfig.get_path("purelib")), "repository": REPOSITORY}
    script = ""
    for name, source in mounts.items():
        (view / name).mkdir(parents=True, exist_ok=True)
        script += f"mount --bind '{source}' '{view / name}'; "
    # What the machine says about its users, seen by this process alone.
    tables = {"passwd": f"tester:x:{ORDINARY_UID}:{ORDINARY_UID}::/:/bin/sh\n"}
    tables |= dict.fromkeys(("subuid", "subgid"), f"tester:{SUBORDINATE}:65536\n")
    for name, line in tables.items() if ranged else ():
        known = Path("/etc", name)
        (place / name).write_text((known.read_text() if known.exists() else "") + line)
        known.touch()
        script += f"mount --bind '{place / name}' {known}; "
    become = f"setpriv --reuid {ORDINARY_UID} --regid {ORDINARY_UID} --clear-groups --inh-caps=-all"
    script = f'set -e; {script} exec {become} "$@"'
    return [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        script,
        "sh",
        str(view / "python" / program),
        *module,
    ]
