"""Runs attempts, each in a process of its own, and prints as JSON what came of them: `null` for one that succeeded, else its error.

`python3 attempt_runner.py FACTS` inside of a sandbox, or outside of all. It needs nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

libc = ctypes.CDLL(None, use_errno=True)
_REFUSED = {
    errno.EPERM,
    errno.ENOSYS,
    errno.EACCES,
    errno.EAFNOSUPPORT,
    errno.EPROTONOSUPPORT,
    errno.ESOCKTNOSUPPORT,
    errno.EOPNOTSUPP,
}


class Tools:
    """What the programs of attempts are written with."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    def call(self, name: str, *arguments: Any) -> int:
        """Make a system call; raises OSError."""
        words = [ctypes.c_long(self.facts["numbers"][name]), *map(_word, arguments)]
        answer = int(libc.syscall(*words))
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return answer

    def reach(self, name: str, *arguments: Any) -> None:
        """Make a system call with arguments that do no harm: it is enough that the kernel looks at them."""
        try:
            self.call(name, *arguments)
        except OSError as error:
            if error.errno in _REFUSED:
                raise

    def call_32(self) -> None:
        """Make a call as 32-bit programs do: getpid by `int 0x80`."""
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("53 b8 14 00 00 00 cd 80 5b c3"))
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
        if answer < 0:
            raise OSError(-answer, os.strerror(-answer))

    def own_terminal(self) -> int:
        """A terminal that controls this process."""
        os.setsid()
        _, far = os.openpty()
        self.call("ioctl", far, 0x540E, 0)  # TIOCSCTTY
        return far

    def read(self, path: str) -> None:
        """Read something of a file, which must not be empty."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        if not os.read(descriptor, 8):
            raise OSError(errno.ENODATA, "empty")

    def writable(self, path: str) -> None:
        """Open a file for writing; nothing is written."""
        os.close(os.open(path, os.O_WRONLY))

    def place(self) -> str:
        """A new directory."""
        return tempfile.mkdtemp(dir="/tmp")


def _word(argument: Any) -> Any:
    if isinstance(argument, int):
        return ctypes.c_long(argument)
    if isinstance(argument, str):
        return ctypes.c_char_p(argument.encode())
    return argument


def attempt(program: str, tools: Tools) -> str | None:
    """What came of one program, in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(20)
        said = ""
        try:
            names: dict[str, Any] = {
                "t": tools,
                "os": os,
                "ctypes": ctypes,
                "Path": Path,
                "subprocess": subprocess,
                "f": tools.facts,
            }
            exec(program, names)
        except BaseException as error:
            number = getattr(error, "errno", None)
            said = errno.errorcode.get(number, "?") if number else f"{type(error).__name__}: {error}"[:200]
        os.write(writing, (said or "done").encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return None if said == "done" else said or "no answer"


def main(path: str) -> None:
    """Run all attempts of a file of facts."""
    facts = json.loads(Path(path).read_text())
    target = None
    if facts["target"] is None:
        target = subprocess.Popen(["sleep", "1000"])
        facts["target"] = target.pid
    tools = Tools(facts)
    try:
        print(json.dumps({name: attempt(program, tools) for name, program in facts["programs"].items()}))
    finally:
        if target:
            target.kill()
            with contextlib.suppress(ChildProcessError):
                target.wait()


if __name__ == "__main__":
    main(sys.argv[1])
