"""A Python kernel without IPython: `kernel_program`, run by the sandbox's own Python, and spoken to over a socket."""

from __future__ import annotations

import asyncio
import codecs
import json
import signal
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.code.kernel import (
    START_SECONDS,
    STOP_SECONDS,
    KernelGone,
    count_event,
    result_event,
)
from opensandbox.local.execd.http.errors import runtime_error
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.process import OutputPipe, Process, spawn

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = "kernel_program.py"


class PlainKernel:
    """One interpreter and the socket to it."""

    def __init__(self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._buffer: events.EventBuffer | None = None
        self._pipes: list[OutputPipe] = []

    @classmethod
    async def start(cls, python: str, env: Mapping[str, str], cwd: str) -> PlainKernel:
        """Start an interpreter and wait until it answers. ExecdError when it cannot be had."""
        near, far = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=near)
        pipes: list[OutputPipe] = []
        kernels: list[PlainKernel] = []

        def pipe(kind: str) -> OutputPipe:
            decode = codecs.getincrementaldecoder("utf-8")("replace").decode

            def take(data: bytes) -> None:
                text = decode(data, final=not data)
                if text and kernels and kernels[0]._buffer is not None:
                    kernels[0]._buffer.put(events.text_event(kind, text))

            def hold() -> bool:
                return bool(kernels and kernels[0]._buffer is not None and kernels[0]._buffer.full)

            pipes.append(OutputPipe(take, hold))
            return pipes[-1]

        try:
            process = spawn(
                (python, str(Path(__file__).with_name(PROGRAM)), str(far.fileno())),
                env={"MPLBACKEND": "Agg", **env},
                cwd=cwd,
                stdout=pipe("stdout").write_end,
                stderr=pipe("stderr").write_end,
                pass_fds=(far.fileno(),),
            )
        except OSError as error:
            writer.close()
            for unused in pipes:
                unused.discard()
            raise runtime_error(f"Python at {python} could not be started: {error}") from error
        finally:
            far.close()
        kernel = cls(process, reader, writer)
        kernels.append(kernel)
        kernel._pipes = pipes
        for started in pipes:
            started.start()
        try:
            async with asyncio.timeout(START_SECONDS):
                await kernel._receive()
        except (KernelGone, TimeoutError) as error:
            await kernel.stop()
            raise runtime_error(f"Python at {python} did not become ready: {error}") from error
        return kernel

    async def run(self, code: str, buffer: events.EventBuffer) -> bool:
        """Execute code and put its events into `buffer`, the last one excepted when it succeeds; False after a failure.

        KernelGone when the process ends before the run does.
        """
        self._buffer = buffer
        buffer.on_room += [pipe.resume for pipe in self._pipes]
        body = json.dumps({"code": code}).encode("utf-8", "surrogatepass")
        self._writer.write(struct.pack(">I", len(body)) + body)
        succeeded = True
        try:
            while True:
                message = await self._receive()
                for pipe in self._pipes:
                    pipe.flush()
                kind = message["kind"]
                if kind == "done":
                    return succeeded
                if kind == "result":
                    count = message["count"]
                    buffer.put(("" if count is None else count_event(count)) + result_event(message["data"]))
                elif kind == "error":
                    succeeded = False
                    failure = events.error_event(message["name"], message["value"], message["traceback"])
                    buffer.put(events.text_event("status", "error") + failure)
                else:
                    buffer.put(events.text_event(kind, message["text"]))
                await buffer.room()
        finally:
            self._buffer = None

    async def _receive(self) -> dict[str, Any]:
        try:
            (length,) = struct.unpack(">I", await self._reader.readexactly(4))
            message: dict[str, Any] = json.loads(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise KernelGone("the Python process has ended") from error
        return message

    async def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the code that runs."""
        self._process.signal_group(signal.SIGINT)

    async def stop(self) -> None:
        """End the interpreter and everything it started."""
        self._process.signal_group(signal.SIGKILL)
        await asyncio.wait({self._process.exited}, timeout=STOP_SECONDS)
        self._writer.close()
        for pipe in self._pipes:
            pipe.close()
