"""`opensandbox-local shell`, on a terminal and at the end of a pipe."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

PATIENCE = 60.0


class Screen:
    """The program behind a terminal of this test."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self._terminal = terminal
        self.seen = b""

    def resize(self, columns: int, rows: int) -> None:
        """Do what a terminal emulator does when its window changes."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def wait_for(self, wanted: bytes) -> None:
        """Read what is shown until it holds `wanted`."""
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, self.seen
            if select.select([self._terminal], [], [], left)[0]:
                self.seen += os.read(self._terminal, 65536)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@contextlib.contextmanager
def shell(*arguments: str) -> Iterator[Screen]:
    ours, theirs = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    command = [sys.executable, "-m", "opensandbox.local", "shell", *arguments]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), start_new_session=True
    ) as process:
        before = termios.tcgetattr(theirs)
        try:
            yield Screen(process, ours)
            assert termios.tcgetattr(theirs) == before, "the terminal is left as it was found"
        finally:
            process.terminate()
            os.close(theirs)
            os.close(ours)


def test_terminal_of_the_sandbox_is_that_of_the_caller() -> None:
    with shell() as screen:
        screen.wait_for(b"# ")
        screen.type("stty size; echo in $PWD\r")
        screen.wait_for(b"30 100\r\nin /workspace\r\n")
        screen.resize(120, 40)
        screen.type("stty size\r")
        screen.wait_for(b"40 120\r\n")
        screen.type("sh -c 'echo star\"\"ted; exec sleep 1000'\r")
        screen.wait_for(b"started\r\n")
        screen.type("\x03")
        screen.wait_for(b"^C")
        screen.type('echo in""terrupted $?; exit 7\r')
        screen.wait_for(b"interrupted 130\r\n")
        assert screen.process.wait(PATIENCE) == 7


def test_program_of_ones_choice_reads_a_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "opensandbox.local", "shell", "python3 -c 'print(input()[::-1])'"],
        input=b"drawer\n",
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"reward\n", b"")


def test_program_that_a_signal_ended_has_no_exit_status_to_pass_on() -> None:
    with shell("kill -9 $$") as screen:
        assert screen.process.wait(PATIENCE) == 255


@pytest.mark.parametrize("image", ["name=/no/such/dir"])
def test_wrong_image_is_refused(image: str) -> None:
    command = [sys.executable, "-m", "opensandbox.local", "shell", "--image", image]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment(), timeout=PATIENCE
    )
    assert done.returncode == 255
    assert "not a directory" in done.stderr
