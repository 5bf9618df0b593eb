"""A stand-in for a deployment: answers what pools ask for, after as long as a server would take; prints its address first.

`pool_deployment.py LATENCY CREATION`, both in seconds. It ends when its input does.
"""

import asyncio
import json
import sys
from itertools import count

LATENCY, CREATION = (float(argument) for argument in sys.argv[1:])
NUMBERS = count(1)
MOMENT = "2036-01-01T00:00:00Z"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, path, _ = head[0].split(" ")
            length = next((int(line[15:]) for line in head if line.lower().startswith("content-length:")), 0)
            await reader.readexactly(length)
            status, body = answer(method, path.split("?")[0])
            await asyncio.sleep(CREATION if (method, path) == ("POST", "/v1/sandboxes") else LATENCY)
            data = b"" if body is None else json.dumps(body).encode()
            writer.write(
                f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode()
                + data
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def answer(method: str, path: str) -> tuple[int, object]:
    """Return status and body."""
    if path.startswith("/at/"):
        return 200, None
    if method == "DELETE":
        return 204, None
    if "/endpoints/" in path:
        return 200, {"endpoint": f"{ADDRESS}/at/{path.split('/')[3]}"}
    if path.endswith("/renew-expiration"):
        return 200, {"expiresAt": MOMENT}
    return 202, {
        "id": f"sandbox-{next(NUMBERS)}" if method == "POST" else path.rpartition("/")[2],
        "status": {"state": "Running"},
        "createdAt": "2026-01-01T00:00:00Z",
        "expiresAt": MOMENT,
        "entrypoint": ["sleep"],
    }


async def main() -> None:
    """Serve until the input ends."""
    global ADDRESS
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    ADDRESS = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(ADDRESS, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
