"""HTTPS from inside a sandbox, through the proxy of the embedded server, beside the same program outside without it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

from opensandbox import SandboxSync
from opensandbox.local import LocalServer
from scripts.bench.figures import Figure, middle
from scripts.bench.subjects import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

NAME = "files.example.com"
ROUNDS = 3
SIZE = 256_000_000
LEAST_RATE = 200  # MB/s
MOST_ADDED = 2.0  # ms


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield figures of the embedded server alone: the published package has none."""
    inside: dict[str, list[float]] = defaultdict(list)
    outside: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        authority = trustme.CA()
        trusted = directory / "authority.pem"
        authority.cert_pem.write_to_path(trusted)
        certificate = authority.issue_cert(NAME, "localhost").private_key_and_cert_chain_pem
        (directory / "server.pem").write_bytes(certificate.bytes())
        with _upstream(directory / "server.pem") as port, _sandbox(port, trusted) as sandbox:
            # They take turns, so that a busy moment of the machine hits both.
            for _ in range(ROUNDS):
                for key, times in _run_outside(port, trusted).items():
                    outside[key] += times
                for key, times in _run_inside(sandbox).items():
                    inside[key] += times
    yield Figure(
        f"download {SIZE // 1_000_000} MB through a tunnel",
        "ms",
        middle(inside["large"]) * 1000,
        aim=SIZE / 1_000_000 / LEAST_RATE * 1000,
    )
    yield Figure("the same without proxy and sandbox", "ms", middle(outside["large"]) * 1000)
    for key, what, aim in (("small", "open", MOST_ADDED), ("fresh", "new", None)):
        added = (middle(inside[key]) - middle(outside[key])) * 1000
        yield Figure(f"what the proxy adds to a small answer, {what} connection", "ms", added, aim=aim)


def _run_outside(port: int, authority: Path) -> dict[str, list[float]]:
    command = [sys.executable, PROGRAMS / "https_client.py", f"localhost:{port}", str(SIZE), authority]
    done = subprocess.run(command, env={}, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _run_inside(sandbox: SandboxSync) -> dict[str, list[float]]:
    done = sandbox.commands.run(f"python3 /workspace/client.py {NAME}:443 {SIZE} $SSL_CERT_FILE")
    assert done.exit_code == 0, done
    return json.loads(done.text)  # type: ignore[no-any-return]


@contextmanager
def _sandbox(port: int, authority: Path) -> Iterator[SandboxSync]:
    with (
        LocalServer(resolve={NAME: f"127.0.0.1:{port}"}, upstream_ca=authority) as server,
        SandboxSync.create("ubuntu", connection_config=server.connection_config_sync()) as sandbox,
    ):
        sandbox.files.write_file("/workspace/client.py", (PROGRAMS / "https_client.py").read_text())
        yield sandbox
        sandbox.kill()


@contextmanager
def _upstream(certificate: Path) -> Iterator[int]:
    """A server in a process of its own that answers `/N` with N bytes."""
    command = [sys.executable, PROGRAMS / "https_server.py", certificate]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
