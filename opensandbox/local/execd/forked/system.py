"""System calls that Python 3.11 has no function for."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
from ctypes import POINTER, Structure, c_char_p, c_ubyte, c_uint32, c_ushort, cast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# PyDLL keeps the interpreter's lock: between a fork and the hooks after it no Python code may run.
_libc = ctypes.PyDLL(None, use_errno=True)
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE_PARENT, _NEW_USER, _NEW_PID = 0x8000, 0x10000000, 0x20000000
_MOUNT, _CGROUP, _HOST_NAME, _IPC, _NET = 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x40000000
_SET_PARENT_DEATH_SIGNAL, _SET_SECCOMP, _DROP_FROM_BOUNDS = 1, 22, 24
_SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES, _AMBIENT = 4, 38, 47
_FILTER, _RAISE, _CLEAR_ALL = 2, 2, 4
_CAPABILITIES_VERSION_3 = 0x20080522


class _Program(Structure):
    """A filter of system calls: `struct sock_fprog`."""

    _fields_ = (("length", c_ushort), ("instructions", POINTER(c_ubyte)))


def can_fork() -> bool:
    """Whether `fork_sibling` knows this machine's processor."""
    return platform.machine() in _CLONE


def fork_sibling() -> int:
    """Fork as first process of a new user and pid namespace, and as a child of this process's *parent*; 0 in the new process.

    The parent waits for it, and the kernel can end it with the parent. Only for processes with one thread.
    """
    flags = _CLONE_PARENT | _NEW_USER | _NEW_PID | signal.SIGCHLD
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = _libc.syscall(_CLONE[platform.machine()], flags, 0, 0, 0, 0)
    error = ctypes.get_errno()
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(error, f"cannot fork into new namespaces: {os.strerror(error)}")
    return int(pid)


def end_with_parent() -> None:
    """Let the kernel kill this process when the thread ends that started it."""
    _control(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def enter_namespaces(process: int) -> None:
    """Enter all namespaces of a process, given as a pidfd, but its user and pid namespaces. Working directory and root become its own."""
    _check(_libc.setns(process, _MOUNT | _CGROUP | _HOST_NAME | _IPC | _NET), "enter the sandbox")


def enter_mounts(namespace: int) -> None:
    """Enter a mount namespace, given as its descriptor. Working directory and root become its root."""
    _check(_libc.setns(namespace, _MOUNT), "enter the mount namespace")


def become_root() -> None:
    """Become root of a user namespace that has ids; what a change of ids takes from a process is given back."""
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    _control(_SET_DUMPABLE, 1)
    end_with_parent()


def keep_capabilities(kept: Sequence[int]) -> None:
    """Drop every capability but those, for good; programs that are started have those, too."""
    wanted = sum(1 << number for number in kept)
    _control(_AMBIENT, _CLEAR_ALL)
    for number in range(64):
        if not wanted >> number & 1 and _libc.prctl(_DROP_FROM_BOUNDS, number, 0, 0, 0):
            break  # beyond the last one that the kernel knows
    header = (c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    low, high = wanted & 0xFFFFFFFF, wanted >> 32
    sets = (c_uint32 * 6)(low, low, low, high, high, high)
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(sets)), "drop capabilities")
    for number in kept:
        _control(_AMBIENT, _RAISE, number)


def capabilities_of(pid: int) -> int:
    """The effective capabilities of a process, a bit for each. Raises ProcessLookupError when it has ended."""
    header = (c_uint32 * 2)(_CAPABILITIES_VERSION_3, pid)
    sets = (c_uint32 * 6)()
    _check(_libc.capget(ctypes.byref(header), ctypes.byref(sets)), "ask for capabilities")
    return sets[0] | sets[3] << 32


def filter_calls(programs: Iterable[bytes]) -> None:
    """Gain no more privileges, ever, and put filters of system calls in force, one on top of the other."""
    _control(_SET_NO_NEW_PRIVILEGES, 1)
    for program in programs:
        code = cast(c_char_p(program), POINTER(c_ubyte))
        _control(_SET_SECCOMP, _FILTER, ctypes.byref(_Program(len(program) // 8, code)))


def _control(option: int, *arguments: object) -> None:
    _check(_libc.prctl(option, *arguments, *[0] * (4 - len(arguments))), f"set process option {option}")


def _check(result: int, what: str) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"cannot {what}: {os.strerror(error)}")
