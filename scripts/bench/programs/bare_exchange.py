"""Print how many milliseconds each of N exchanges took without any SDK: `bare_exchange.py HOW WHAT DOMAIN N`.

HOW: `httpx-sync`, `httpx-async`, or `socket`, which knows `command` only, reads until the last chunk and looks at nothing.
WHAT: `command` (a tiny one) or `info` (the record of a sandbox).
"""

import asyncio
import json
import socket
import sys
import time

import httpx

HOW, WHAT, DOMAIN, COUNT = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
WARM_UP = 20
PATH = "/at/s-1/command"
BODY = {"command": "true", "background": False}
REQUESTS = {
    "command": ("POST", PATH, {"json": BODY, "headers": {"Accept": "text/event-stream"}}),
    "info": ("GET", "/v1/sandboxes/s-1", {}),
}
METHOD, TARGET, OPTIONS = REQUESTS[WHAT]


async def over_httpx_async() -> None:
    """Stream with the async client."""
    async with httpx.AsyncClient(base_url=f"http://{DOMAIN}", trust_env=False) as client:
        samples = []
        for _ in range(WARM_UP + COUNT):
            start = time.perf_counter()
            async with client.stream(METHOD, TARGET, **OPTIONS) as response:
                async for _piece in response.aiter_bytes():
                    pass
            samples.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, response
    print(json.dumps(samples[WARM_UP:]))


def over_httpx_sync() -> None:
    """Stream with the blocking client."""
    with httpx.Client(base_url=f"http://{DOMAIN}", trust_env=False) as client:
        samples = []
        for _ in range(WARM_UP + COUNT):
            start = time.perf_counter()
            with client.stream(METHOD, TARGET, **OPTIONS) as response:
                for _piece in response.iter_bytes():
                    pass
            samples.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, response
    print(json.dumps(samples[WARM_UP:]))


def over_a_socket() -> None:
    """Send the same bytes and wait for the end."""
    body = json.dumps(BODY).encode()
    request = (
        f"POST {PATH} HTTP/1.1\r\nHost: {DOMAIN}\r\nAccept: text/event-stream\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    host, port = DOMAIN.split(":")
    with socket.create_connection((host, int(port))) as connection:
        samples = []
        for _ in range(WARM_UP + COUNT):
            start = time.perf_counter()
            connection.sendall(request)
            answer = b""
            while not answer.endswith(b"\r\n0\r\n\r\n"):
                answer += connection.recv(1 << 16)
            samples.append((time.perf_counter() - start) * 1000)
    print(json.dumps(samples[WARM_UP:]))


if HOW == "httpx-async":
    asyncio.run(over_httpx_async())
elif HOW == "httpx-sync":
    over_httpx_sync()
else:
    over_a_socket()
