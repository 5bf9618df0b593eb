"""Watches what travels while tests run, and tells which test broke the contract.

Requests are looked at where the package builds them, in both twins, whatever server they are for. Answers come from the servers: each embedded
server that a test starts, `LocalServer` or `python -m opensandbox.local`, is started through `recording.py`, which
writes a line for each exchange into a file that is read after each phase of a test.
"""

from __future__ import annotations

import base64
import functools
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opensandbox.contract import judge
from opensandbox.contract.specs import (
    CONTROL_PLANE,
    Operation,
    find,
    find_by_address,
    is_specified,
    operations,
)

RECORDING = Path(__file__).with_name("recording.py")
SERVER = ["-m", "opensandbox.local"]
EXECD, EGRESS = 44772, 18080


@dataclass(frozen=True)
class Seen:
    """An operation that was reached, from the package or not, and the status of its answer (0: a request of the package)."""

    api: str
    operation: str
    status: int


class Watch:
    """One for a test run. `violations` are those that nobody was told of yet, `seen` everything so far."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self._lock = threading.Lock()
        self._undo: list[Callable[[], None]] = []
        self._file = tempfile.NamedTemporaryFile(prefix="opensandbox-exchanges-")  # noqa: SIM115 - closed by end()
        self._rest = b""

    def begin(self) -> None:
        """Start watching."""
        from opensandbox._async.calls.http import Connection
        from opensandbox._sync.calls.http import Connection as BlockingConnection

        operations()  # read now, not by the threads of the first test while it is waited for

        self._watch_requests(Connection)
        self._watch_requests(BlockingConnection)
        self._record_servers()

    def end(self) -> None:
        """Stop watching."""
        while self._undo:
            self._undo.pop()()
        self._file.close()

    def take(self) -> list[str]:
        """Read what servers have written meanwhile, and return the violations since the last call."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            self._exchange(json.loads(line))
        with self._lock:
            found, self.violations = self.violations, []
        return found

    def since(self, mark: int) -> list[Seen]:
        """Return what was seen since `len(watch.seen)` was `mark`; violations are kept for `take`."""
        found = self.take()
        with self._lock:
            self.violations[:0] = found
            return self.seen[mark:]

    def _watch_requests(self, kind: Any) -> None:
        build = kind._build

        @functools.wraps(build)
        def watched(connection: Any, *given: Any, **more: Any) -> Any:
            message = build(connection, *given, **more)
            self._request(connection, message)
            return message

        kind._build = watched
        self._undo.append(lambda: setattr(kind, "_build", build))

    def _request(self, connection: Any, message: Any) -> None:
        import httpx

        url = str(message.url)
        found, path = find_by_address(connection.http.config.get_base_url(), message.method, url)
        if found is None and not is_specified(path):
            return
        try:
            body = message.content
        except httpx.RequestNotRead:
            body = None  # a stream, which is read once, by whoever sends it
        self._judge(
            found,
            f"{message.method} {url}",
            0,
            lambda: judge.request_problems(
                found,
                path,
                message.url.query.decode("ascii"),
                message.headers,
                body,  # type: ignore[arg-type]
            ),
        )

    def _exchange(self, line: dict[str, Any]) -> None:
        from opensandbox.local.proxy import address

        target = address.parse(line["path"])
        if target is None:
            path = line["path"].removeprefix("/v1")
            found = find(CONTROL_PLANE, line["method"], path)
        else:
            path = target.path
            found = find({EXECD: ("execd",), EGRESS: ("egress",)}.get(target.port, ()), line["method"], path)
        answer = line["answer"]
        # Addresses that no spec has, and the diagnostics in their older, textual form, are the server's own business.
        if found is None or "deprecation" in answer["headers"]:
            return
        body = answer["body"] and base64.b64decode(answer["body"])
        if body == "":
            body = b""
        self._judge(
            found,
            f"{line['method']} {line['path']}",
            line["status"],
            lambda: judge.response_problems(found, line["status"], answer["headers"], body),
        )

    def _judge(
        self, found: Operation | None, what: str, status: int, problems: Callable[[], list[str]]
    ) -> None:
        said = ["there is no such operation in the specs"] if found is None else problems()
        with self._lock:
            if found is not None:
                self.seen.append(Seen(found.api, found.name, status))
            name = f" ({found.name})" if found is not None else ""
            answered = f" answered {status}" if status else ""
            self.violations += [f"{what}{name}{answered}: {problem}" for problem in said]

    def _record_servers(self) -> None:
        original = subprocess.Popen
        file = self._file.name

        class Popen(original):  # type: ignore[valid-type, misc]
            """Starts embedded servers so that they are recorded, and everything else as it is."""

            def __init__(self, args: Any, *given: Any, **more: Any) -> None:
                if isinstance(args, list | tuple) and list(args[:3]) == [sys.executable, *SERVER]:
                    args = [sys.executable, "-P", str(RECORDING), file, *args[3:]]
                super().__init__(args, *given, **more)

        subprocess.Popen = Popen  # type: ignore[misc]
        self._undo.append(lambda: setattr(subprocess, "Popen", original))


WATCH = Watch()
"""The watch of this test run."""
