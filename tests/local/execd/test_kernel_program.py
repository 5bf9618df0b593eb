"""The interpreter of ours by itself: its messages, cell by cell, until its other side goes away."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest


class Cells:
    """A running program, and the socket to it."""

    def __init__(self, near: socket.socket) -> None:
        self._near = near
        self._file = near.makefile("rb")
        assert self.message()["kind"] == "ready"

    def message(self) -> dict:
        (length,) = struct.unpack(">I", self._file.read(4))
        return json.loads(self._file.read(length))

    def run(self, code: str) -> list[dict]:
        body = json.dumps({"code": code}).encode()
        self._near.sendall(struct.pack(">I", len(body)) + body)
        found = []
        while (message := self.message())["kind"] != "done":
            found.append(message)
        return found


@pytest.fixture
def cells(tmp_path: Path):
    near, far = socket.socketpair()
    with (
        near,
        subprocess.Popen(
            [sys.executable, "-m", "opensandbox.local.execd.code.kernel_program", str(far.fileno())],
            pass_fds=[far.fileno()],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        ) as process,
    ):
        far.close()
        running = Cells(near)
        yield running
        running._file.close()
        near.close()
        assert process.wait(30) == 0, "it ends with its other side"


def test_output_and_values_come_in_order(cells: Cells) -> None:
    assert cells.run("print('a')\nn = 20\nn + 1") == [
        {"kind": "stdout", "text": "a\n"},
        {"kind": "result", "data": {"text/plain": "21"}, "count": 1},
    ]
    assert cells.run("import sys\nsys.stderr.write('bad'); sys.stdout.buffer.write(b'raw')\n_;") == [
        {"kind": "stdout", "text": "raw"},
        {"kind": "stderr", "text": "bad"},
    ]
    assert cells.run("await __import__('asyncio').sleep(0, _)")[0]["data"] == {"text/plain": "21"}


def test_values_come_in_every_form_they_have(cells: Cells) -> None:
    code = (
        "class Form:\n"
        "    def _repr_html_(self): return '<b>x</b>'\n"
        "    def _repr_png_(self): return b'\\x89PNG'\n"
        "    def _repr_latex_(self): raise ValueError\n"
        "    def _repr_mimebundle_(self, include, exclude): return {'text/markdown': '**x**'}, {}\n"
        "display(Form(), 1)"
    )
    first, second = cells.run(code)
    assert first["data"].pop("text/plain").startswith("<__main__.Form")
    assert first["data"] == {"text/markdown": "**x**", "text/html": "<b>x</b>", "image/png": "iVBORw=="}
    assert second["data"] == {"text/plain": "1"}


def test_figures_are_pictures_and_shown_once(cells: Cells) -> None:
    code = "%matplotlib inline\nimport matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nfigure = plt.figure()\nplt.figure()\nfigure"
    assert ["image/png" in message["data"] for message in cells.run(code)] == [True, True]
    assert cells.run("None") == []


def test_lines_that_are_not_python(cells: Cells, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    assert cells.run("%cd below\n!touch made\nimport os\nos.listdir()")[-1]["data"] == {
        "text/plain": "['made']"
    }
    assert cells.run("%pip --version") == []  # what it prints goes to the descriptors
    (error,) = cells.run("%nosuch 1")
    assert (error["kind"], error["name"]) == ("error", "NameError")


@pytest.mark.parametrize(
    ("code", "name", "shown"),
    [
        ("1 / 0", "ZeroDivisionError", "1 / 0"),
        ("1 +", "SyntaxError", "1 +"),
        ("exit()", "SystemExit", "exit()"),
    ],
)
def test_failures_show_the_users_lines(cells: Cells, code: str, name: str, shown: str) -> None:
    (error,) = cells.run(code)
    assert (error["kind"], error["name"]) == ("error", name)
    told = "".join(error["traceback"])
    assert shown in told
    assert "kernel_program" not in told
    assert cells.run("print('on')") == [{"kind": "stdout", "text": "on\n"}]
