"""The server's side of the control socket: one JSON line out, one JSON line back, then perhaps a raw stream."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def ask(socket: Path, question: Mapping[str, Any], *, timeout: float | None) -> dict[str, Any]:
    """Put one question to the daemon and return its answer.

    Raises ConnectionError when the daemon refuses or does not answer within `timeout` seconds; None waits for ever.
    """
    (_, writer), answer = await _converse(socket, question, timeout)
    writer.close()
    return answer


async def connect(socket: Path, port: int, *, timeout: float) -> Stream:
    """Open a stream to a TCP port inside; the caller closes the writer.

    Raises ConnectionError when nothing listens there or the daemon does not answer within `timeout` seconds.
    """
    stream, _ = await _converse(socket, {"op": "connect", "port": port}, timeout)
    return stream


async def take_listener(path: Path, port: int, *, timeout: float) -> socket.socket:
    """A socket that listens on the loopback inside, accepting outside; the caller closes it.

    Raises ConnectionError when the daemon cannot make one or does not answer within `timeout` seconds.
    """
    loop = asyncio.get_running_loop()
    line, descriptors = b"", list[int]()
    readable = asyncio.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.setblocking(False)
        try:
            async with asyncio.timeout(timeout):
                await loop.sock_connect(connection, str(path))
                await loop.sock_sendall(
                    connection, json.dumps({"op": "listen", "port": port}).encode() + b"\n"
                )
                loop.add_reader(connection, readable.set)
                await readable.wait()
            line, descriptors, _, _ = socket.recv_fds(connection, 4096, 1, socket.MSG_CMSG_CLOEXEC)
        except TimeoutError as error:
            raise ConnectionError(f"the sandbox did not open port {port} within {timeout:g} s") from error
        finally:
            loop.remove_reader(connection)
    if not descriptors:
        raise ConnectionRefusedError(f"the sandbox did not open port {port}: {line.decode(errors='replace')}")
    return socket.socket(fileno=descriptors[0])


async def _converse(
    socket: Path, question: Mapping[str, Any], timeout: float | None
) -> tuple[Stream, dict[str, Any]]:
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            writer.write(json.dumps(question).encode() + b"\n")
            await writer.drain()
            line = await reader.readline()
        answer = json.loads(line or b"null")
        if not isinstance(answer, dict) or not answer.get("ok"):
            reason = answer.get("error", "no reason given") if isinstance(answer, dict) else "it hung up"
            raise ConnectionRefusedError(f"the sandbox refused {question['op']!r}: {reason}")
    except BaseException as error:
        if writer is not None:
            writer.close()
        if isinstance(error, TimeoutError):
            raise ConnectionError(
                f"the sandbox did not answer {question['op']!r} within {timeout or 0:g} s; is it paused?"
            ) from error
        if isinstance(error, ValueError | RecursionError):  # not JSON, or a line beyond the reader's limit
            raise ConnectionError(
                f"the sandbox answered {question['op']!r} with something unreadable"
            ) from error
        raise
    return (reader, writer), answer
