"""From a forked process to the daemon of a sandbox.

The process is the first of a new pid and user namespace, and still sees the host's files. It lets bubblewrap build the sandbox up to where
it would start a program, enters the other namespaces, ends bubblewrap, and gives up everything that a daemon does not have.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from opensandbox.local.execd.forked import system

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST_DESCRIPTORS = 250  # the kernel's limit is 253
_NO_PROGRAM = "/"
_PAUSE = 0.0005


def become_daemon(channel: socket.socket, run: Callable[[Path], None]) -> NoReturn:
    """Be the daemon of the sandbox that the server describes on `channel`, which `run` serves; ends the process.

    The description is JSON (`ForkedProcess` of the runtime writes it); with it come descriptors: bubblewrap's options, standard output, the log, and
    those that the options name, which get the numbers that they have there.
    """
    status = 1
    try:
        _serve(channel, run)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _serve(channel: socket.socket, run: Callable[[Path], None]) -> None:
    system.end_with_parent()
    content, descriptors, _, _ = socket.recv_fds(channel, 1 << 20, _MOST_DESCRIPTORS)
    if not content:
        return  # the server has gone, or does not want it any more
    order = json.loads(content)
    channel = _moved_above(channel, (*descriptors, *order["inherited"]))
    options, output, log = (_place(descriptors, order["inherited"]))[:3]
    os.dup2(output, 1)
    os.dup2(log, 2)
    for descriptor in (output, log):
        os.close(descriptor)
    for file in order["join"]:
        Path(file).write_text("0")
    if order["user"] is None:
        system.become_root()  # of the ids that the server has given to this namespace
    else:
        _map_user(*order["user"])
    programs = [_read_all(number) for number in order["filters"]]
    _enter(order, options)
    for descriptor in (options, *order["inherited"]):
        os.close(descriptor)
    _send_mounts(channel)
    os.chdir(order["directory"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.closerange(3, 1 << 30)
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    system.keep_capabilities(order["capabilities"])
    system.filter_calls(programs)
    gc.freeze()
    run(Path(order["sockets"]))


def _moved_above(channel: socket.socket, numbers: Sequence[int]) -> socket.socket:
    """The same socket with a descriptor that is out of the way of `numbers`."""
    with channel:
        return socket.socket(fileno=fcntl.fcntl(channel, fcntl.F_DUPFD_CLOEXEC, max(numbers) + 1))


def _place(descriptors: Sequence[int], numbers: Sequence[int]) -> list[int]:
    """Give the last of the descriptors their `numbers`, and move the others out of the way; returns these."""
    above = max((*numbers, *descriptors)) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above) for descriptor in descriptors]
    for descriptor in descriptors:
        os.close(descriptor)
    first = len(moved) - len(numbers)
    for descriptor, number in zip(moved[first:], numbers, strict=True):
        os.dup2(descriptor, number, inheritable=False)
        os.close(descriptor)
    return moved[:first]


def _map_user(uid: int, gid: int) -> None:
    """Be root of the user namespace; outside nothing changes."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def _read_all(descriptor: int) -> bytes:
    """Read a file and leave its position where it is, for bubblewrap to read it as well."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _send_mounts(channel: socket.socket) -> None:
    """Let the server decide when the mounts end: the kernel unmounts them when nobody has them any more."""
    mounts = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    socket.send_fds(channel, [b"m"], [mounts])
    os.close(mounts)
    channel.close()


def _enter(order: dict[str, Any], options: int) -> None:
    """Let bubblewrap make the other namespaces and mounts, and enter them. Raises OSError when it cannot.

    Nothing of the sandbox's own runs meanwhile: bubblewrap is in the same pid namespace, and the host's files can be reached by its `/proc`.
    """
    info_read, info_write = os.pipe()
    # bubblewrap reads from it before it would start a program, which it never does.
    blocked, release = os.pipe()
    # Told of our pid namespace, bubblewrap mounts a `/proc` for it; otherwise it would show the host's.
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    command = [order["bwrap"], "--args", str(options), "--info-fd", str(info_write), "--pidns", str(own)]
    box = subprocess.Popen(
        [*command, "--block-fd", str(blocked), "--", _NO_PROGRAM],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={},
        pass_fds=(options, info_write, blocked, own, *order["inherited"]),
    )
    for descriptor in (info_write, blocked, own):
        os.close(descriptor)
    placeholder = _pid_in(info_read)
    while placeholder is None or not _is_ready(placeholder, order["capabilities"]):
        if placeholder is None or box.poll() is not None:
            sys.exit(box.wait() or 1)  # it has said why
        time.sleep(_PAUSE)
    process = os.pidfd_open(placeholder)
    system.enter_namespaces(process)
    os.close(process)
    os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    box.wait()
    for descriptor in (info_read, release):
        os.close(descriptor)


def _pid_in(info: int) -> int | None:
    """The process that bubblewrap has made the sandbox for, None when it ends without one."""
    said = b""
    while b"}" not in said:
        piece = os.read(info, 4096)
        if not piece:
            return None
        said += piece
    return int(json.loads(said)["child-pid"])


def _is_ready(process: int, capabilities: Sequence[int]) -> bool:
    """Whether all is made: capabilities are what bubblewrap drops last."""
    try:
        return system.capabilities_of(process) == sum(1 << number for number in capabilities)
    except ProcessLookupError:
        return False
