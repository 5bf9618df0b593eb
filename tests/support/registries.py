"""Registries on this machine: Debian's docker-registry, and one that is at fault in every way."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.support.authorities import authority
from tests.support.layers import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.layers import MadeImage

USER, PASSWORD = "tester", "secret"
_HTPASSWD = f"{USER}:$2b$04$MKH1ag476W3B6b44ZrUHHOahKKvv1FTfTCgZ2qsCevPva7rSncshW\n"
_PATIENCE = 30.0


@dataclass(frozen=True)
class RunningRegistry:
    """A registry that runs: where, and how it is spoken to."""

    host: str
    client: httpx.Client

    def push(self, made: MadeImage, repository: str, tag: str) -> str:
        """Put an image there, and return the digest of its manifest."""
        for found, blob in made.blobs().items():
            if blob != made.manifest:
                upload = self.client.post(f"/v2/{repository}/blobs/uploads/").raise_for_status()
                target = httpx.URL(upload.headers["location"]).copy_merge_params({"digest": found})
                self.client.put(target, content=blob).raise_for_status()
        return self.put_manifest(made.manifest, repository, tag)

    def put_manifest(self, manifest: bytes, repository: str, tag: str) -> str:
        """Put a manifest, or a list of some, whose parts are there."""
        headers = {"Content-Type": json.loads(manifest)["mediaType"]}
        self.client.put(
            f"/v2/{repository}/manifests/{tag}", content=manifest, headers=headers
        ).raise_for_status()
        return digest(manifest)


@contextlib.contextmanager
def registry(place: Path, *, login: bool = False, tls: bool = False) -> Iterator[RunningRegistry]:
    """Run Debian's docker-registry, with its files below a directory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(place / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    if login:
        (place / "htpasswd").write_text(_HTPASSWD)
        config["auth"] = {"htpasswd": {"realm": "test", "path": str(place / "htpasswd")}}
    if tls:
        issued = authority().issue_cert("localhost", "127.0.0.1")
        (place / "chain.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(place / "key.pem")
        config["http"] = {
            "addr": f"127.0.0.1:{port}",
            "tls": {"certificate": str(place / "chain.pem"), "key": str(place / "key.pem")},
        }
    (place / "config.yml").write_text(json.dumps(config))  # JSON is YAML
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(place / "config.yml")],
            stdout=log,
            stderr=log,
            env={"PATH": os.environ["PATH"]},
        )
    try:
        verify = _trusting(place) if tls else True
        base = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        auth = (USER, PASSWORD) if login else None
        with httpx.Client(base_url=base, verify=verify, auth=auth, trust_env=False) as client:
            _await(client, process, place / "log")
            yield RunningRegistry(f"127.0.0.1:{port}", client)
    finally:
        process.terminate()
        process.wait()


def _trusting(place: Path) -> ssl.SSLContext:
    authority().cert_pem.write_to_path(place / "authority.pem")
    return ssl.create_default_context(cafile=place / "authority.pem")


def _await(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            client.get("/v2/").raise_for_status()
        except httpx.ConnectError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, "the registry does not answer"
            time.sleep(0.01)
        else:
            return


@dataclass
class FaultyRegistry:
    """A registry of one image whose answers are changed: `faults` get every request before it is answered, and may answer it."""

    made: MadeImage
    host: str = ""
    faults: list[Callable[[FaultyRegistry, BaseHTTPRequestHandler], bool]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Every path, with the range where one was asked for."""

    @contextlib.contextmanager
    def run(self) -> Iterator[FaultyRegistry]:
        """Serve for a block."""
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                registry.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            self.host = f"127.0.0.1:{server.server_address[1]}"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request as a registry should, unless a fault does."""
        asked = request.headers.get("Range", "")
        self.asked.append(f"{request.path} {asked}".strip())
        if any(fault(self, request) for fault in self.faults):
            return
        if (content := self.content(request.path)) is None:
            send(request, 404, b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}')
        elif asked:
            begin = int(asked.removeprefix("bytes=").partition("-")[0])
            send(request, 206, content[begin:])
        else:
            send(request, 200, content)

    def content(self, path: str) -> bytes | None:
        """What belongs to a path."""
        kind, _, reference = path.rpartition("/")
        if kind.endswith("/manifests") and reference == "1":
            return self.made.manifest
        return self.made.blobs().get(reference)


def send(request: BaseHTTPRequestHandler, status: int, content: bytes = b"", **headers: str) -> bool:
    """Answer a request."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)
    return True
