"""A package index on loopback, with packages made by the test: pages as PEP 503 has them, and wheels."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SHARED = "share/man/man1"
"""Where each package puts a manual page, below the prefix of Python."""


def wheel(name: str, version: str, *, requires: str = "") -> bytes:
    """A package of one module with its version as `VERSION`, a program that prints that, and a manual page."""
    module = name.replace("-", "_")
    info, data = f"{module}-{version}.dist-info", f"{module}-{version}.data/data"
    files = {
        f"{module}/__init__.py": f"VERSION = {version!r}\n\n\ndef main():\n    print(VERSION)\n",
        f"{data}/{SHARED}/{name}.1": f"{name} {version}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + (f"Requires-Dist: {requires}\n" if requires else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n",
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD")))
    return body.getvalue()


def file_name(name: str, version: str) -> str:
    """What the wheel of a package is called."""
    return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"


class PackageIndex:
    """A running index. `asked` has every path that was requested; wheels are sent while `open` is set."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.wheels: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.open = threading.Event()
        self.open.set()

    def add(self, name: str, version: str, *, requires: str = "") -> None:
        """Publish a version of a package."""
        files = self.wheels.setdefault(name, {})
        files[file_name(name, version)] = wheel(name, version, requires=requires)

    @property
    def sent(self) -> list[str]:
        """The names of the wheels that were asked for, in order."""
        return [path.rpartition("/")[2] for path in self.asked if path.endswith(".whl")]

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return the status, the type and the body for a path."""
        self.asked.append(path)
        folder, _, name = path.strip("/").rpartition("/")
        if folder == "simple" and name in self.wheels:
            links = "".join(f'<a href="/files/{file}">{file}</a>' for file in self.wheels[name])
            return 200, "text/html", f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
        for files in self.wheels.values():
            if folder == "files" and name in files:
                self.open.wait()
                return 200, "application/octet-stream", files[name]
        return 404, "text/plain", b"no such page"

    def settings(self, host: str = "127.0.0.1") -> Mapping[str, str]:
        """Variables that let pip use this index and nothing else of the machine's settings."""
        return {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"http://{host}:{self.port}/simple/",
            "PIP_TRUSTED_HOST": host,
            "PIP_FIND_LINKS": "",
            "PIP_RETRIES": "0",
        }


@contextmanager
def package_index() -> Iterator[PackageIndex]:
    """Serve an index for a block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = index.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a program that was ended while it waited

    with Server(("127.0.0.1", 0), Handler) as server:
        index = PackageIndex(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield index
        finally:
            index.open.set()
            server.shutdown()
            thread.join()


def written(cache: Path) -> list[str]:
    """What a cache of packages holds, but for the files that are only locked."""
    return sorted(entry.name for entry in cache.glob("opensandbox/packages/*") if entry.suffix != ".lock")
