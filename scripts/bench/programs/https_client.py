"""Download over HTTPS and time small answers, directly or, where `https_proxy` says so, through a tunnel. Prints JSON.

Standard library only: it also runs inside a sandbox, with the machine's own Python.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
import time
from urllib.parse import urlsplit

PIECE = 1 << 20


def connect(host: str, port: int, context: ssl.SSLContext) -> http.client.HTTPSConnection:
    """Not connected yet: that is part of the first request."""
    proxy = urlsplit(os.environ.get("https_proxy", ""))
    if not proxy.hostname:
        return http.client.HTTPSConnection(host, port, context=context)
    connection = http.client.HTTPSConnection(proxy.hostname, proxy.port, context=context)
    connection.set_tunnel(host, port)
    return connection


def download(connection: http.client.HTTPSConnection, size: int) -> float:
    """Seconds for that many bytes."""
    start = time.perf_counter()
    connection.request("GET", f"/{size}")
    response = connection.getresponse()
    piece = bytearray(PIECE)
    while response.readinto(piece):
        pass
    return time.perf_counter() - start


host, _, port = sys.argv[1].rpartition(":")
size = int(sys.argv[2])
context = ssl.create_default_context(cafile=sys.argv[3])
connection = connect(host, int(port), context)
small = [download(connection, 1) for _ in range(200)]
large = [download(connection, size)]
connection.close()
fresh = []
for _ in range(50):
    start = time.perf_counter()
    connection = connect(host, int(port), context)
    download(connection, 1)
    fresh.append(time.perf_counter() - start)
    connection.close()
print(json.dumps({"small": small, "large": large, "fresh": fresh}))
