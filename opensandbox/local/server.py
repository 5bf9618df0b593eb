"""`LocalServer`: the embedded server as a child process of the program that uses it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import select
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from opensandbox._core.names import tells_keywords
from opensandbox.local.images.names import DEFAULT_REGISTRY
from opensandbox.local.manners import MANNERS
from opensandbox.local.options import ServerOptions
from opensandbox.local.settings import INSTALL_TIMEOUT, PULLS, STARTS, USERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from opensandbox.config import ConnectionConfig, ConnectionConfigSync
    from opensandbox.local.manners import Manners
    from opensandbox.local.settings import Pull, Start, UsersInside

logger = logging.getLogger("opensandbox.local")

_STOP_TIMEOUT = 15.0
_SHOWN_OUTPUT = 4000


class LocalServerError(RuntimeError):
    """The embedded server did not start; the message holds what it said."""


@tells_keywords
class LocalServer:
    """An embedded server of its own process, for as long as the `with` block (or from `start` to `stop`).

    `port` 0 takes any free one. Without `api_key` a random one is made. `images` maps image names to root directories,
    archives of `docker save`, OCI archives or layouts, or `docker://` names. `pull` says when images are fetched that sandboxes ask for: `"never"`,
    where they are `"missing"`, or `"always"`; `strict_images` refuses names without an image, which else run on this machine's programs. `registry` is where
    short names belong, `mirror` is asked before the default registry, `registry_ca` is a file of authorities (PEM) that vouch for registries.
    `mounts` are host directories below which volumes may be mounted. `resolve` maps names that sandboxes ask for to
    `address` or `address:port`, this machine included; `upstream_ca` is a file of certificate authorities (PEM) that the
    egress proxy and the sandboxes trust beyond the usual ones. `packages` are requirements (`"numpy"`, `"numpy>=2"`) that pip
    installs for every sandbox: once, before the first start, then they are kept for later servers. `pause_after` seconds take the
    place of the idle time of every policy that has one, which is 30 or more: to test a program that lives with pauses. `manners="real"` imitates the
    orders, delays and races of a real server and daemon, `"old"` a daemon without the newer routes besides; else the environment's
    `OPEN_SANDBOX_LOCAL_MANNERS` counts. `start="exec"` starts anew what serves a sandbox, `"fork"` forks it from one process, which is faster; else
    `OPEN_SANDBOX_LOCAL_START` counts, else it is forked. `users="one"` gives a sandbox no user but root, who is this user outside, `"range"` 65,536 that
    are nobody outside, where this machine can do that; else `OPEN_SANDBOX_LOCAL_USERS` counts, else `"range"`. Without `state_dir` everything lives in a private
    temporary directory and is gone afterwards; with one, snapshots and named volumes stay. `start_timeout` is in
    seconds; the time for packages and images does not count. The server and every sandbox end at the end of the block, and also when this program is killed.

        with LocalServer() as server:
            sandbox = SandboxSync.create("ubuntu", connection_config=server.connection_config_sync())

    Raises `LocalServerError` when the server cannot start, with its reason.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        state_dir: str | os.PathLike[str] | None = None,
        images: Mapping[str, str | os.PathLike[str]] | None = None,
        mounts: Sequence[str | os.PathLike[str]] = (),
        pull: Pull = "never",
        strict_images: bool = False,
        registry: str | None = None,
        mirror: str | None = None,
        registry_ca: str | os.PathLike[str] | None = None,
        spares: int = 2,
        resolve: Mapping[str, str] | None = None,
        upstream_ca: str | os.PathLike[str] | None = None,
        packages: Sequence[str] = (),
        pause_after: float | None = None,
        manners: Manners | None = None,
        start: Start | None = None,
        users: UsersInside | None = None,
        start_timeout: float = 30.0,
    ) -> None:
        _check_number("port", port, 0, 65535)
        _check_number("spares", spares, 0, 1000)
        self.api_key = api_key if api_key is not None else secrets.token_urlsafe(24)
        if manners is not None and manners not in MANNERS:
            raise ValueError(f"manners is {manners!r}; give one of {', '.join(MANNERS)}")
        if start is not None and start not in STARTS:
            raise ValueError(f"start is {start!r}; give one of {', '.join(STARTS)}")
        if users is not None and users not in USERS:
            raise ValueError(f"users is {users!r}; give one of {', '.join(USERS)}")
        if pause_after is not None and pause_after <= 0:
            raise ValueError(f"pause_after is {pause_after!r}; give seconds above zero")
        if pull not in PULLS:
            raise ValueError(f"pull is {pull!r}; give one of {', '.join(PULLS)}")
        packages = _checked(packages)
        self._options = ServerOptions(
            host=host,
            port=port,
            state_dir=None if state_dir is None else os.fspath(state_dir),
            image=[f"{name}={os.fspath(directory)}" for name, directory in (images or {}).items()],
            mount=[os.fspath(directory) for directory in mounts],
            pull=pull,
            strict_images=strict_images,
            registry=registry or DEFAULT_REGISTRY.name,
            mirror=mirror,
            registry_ca=None if registry_ca is None else os.fspath(registry_ca),
            spares=spares,
            resolve=[f"{name}={address}" for name, address in (resolve or {}).items()],
            upstream_ca=None if upstream_ca is None else os.fspath(upstream_ca),
            packages=packages,
            manners=manners,
            start=start,
            users=users,
            pause_after=pause_after,
        )
        self._install_timeout = INSTALL_TIMEOUT if packages or images else 0.0
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self._address: str | None = None

    def __repr__(self) -> str:
        where = "not running" if self._address is None else repr(self._address)
        return f"{type(self).__name__}({where})"

    @property
    def domain(self) -> str:
        """`host:port`, as `ConnectionConfig(domain=…)` takes it."""
        if self._address is None:
            raise RuntimeError(
                "the server is not running; use `with LocalServer() as server:` or call start()"
            )
        return self._address

    @property
    def host(self) -> str:
        """The address that the server listens on, without the port."""
        return self.domain.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self.domain.rpartition(":")[2])

    @property
    def url(self) -> str:
        """`http://host:port`."""
        return f"http://{self.domain}"

    def connection_config(self, **more: Any) -> ConnectionConfig:
        """Settings for the async classes, pointing here past any proxy; `more` are further settings."""
        from opensandbox.config import ConnectionConfig

        return ConnectionConfig(
            **{"domain": self.domain, "api_key": self.api_key, "protocol": "http", "trust_env": False, **more}
        )

    def connection_config_sync(self, **more: Any) -> ConnectionConfigSync:
        """Settings for the blocking classes, pointing here past any proxy; `more` are further settings."""
        from opensandbox.config import ConnectionConfigSync

        return ConnectionConfigSync(
            **{"domain": self.domain, "api_key": self.api_key, "protocol": "http", "trust_env": False, **more}
        )

    def start(self) -> Self:
        """Start the server and wait until it answers. The caller stops it."""
        if self._process is not None:
            raise RuntimeError("the server is running already")
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "opensandbox.local", "--managed", json.dumps(asdict(self._options))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._output,
                # Not on the command line, where every user of the machine could read it.
                env={**os.environ, **_import_path(), "OPEN_SANDBOX_API_KEY": self.api_key},
                # Ctrl-C in the terminal is for the program, which still needs the server for its own clean-up.
                start_new_session=True,
            )
            self._address = self._await_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server and every sandbox; returns when they are gone. Harmless when it is not running."""
        process, self._process = self._process, None
        self._address = None
        if process is not None:
            # Our end of its stdin is what keeps it alive.
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            try:
                process.wait(_STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._output is not None:
            self._output.close()
            self._output = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def __del__(self, _warn: Any = warnings.warn) -> None:
        if getattr(self, "_process", None) is not None:
            _warn(
                f"{self!r} was not stopped; use it in a `with` block",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )

    def _await_ready(self, process: subprocess.Popen[bytes]) -> str:
        for line in self._lines(process):
            told = json.loads(line)
            if "address" in told:
                address: str = told["address"]
                return address
            logger.info("%s", told["progress"])
        status = process.wait(_STOP_TIMEOUT)
        raise LocalServerError(f"the server did not start (exit status {status}).{self._said()}")

    def _lines(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        assert process.stdout is not None
        deadline = time.monotonic() + self._start_timeout + self._install_timeout
        received = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise LocalServerError(
                    f"the server was not ready within {self._start_timeout + self._install_timeout:g} s; "
                    f"raise start_timeout.{self._said()}"
                )
            chunk = os.read(process.stdout.fileno(), 4096)
            if not chunk:
                return
            *lines, received = (received + chunk).split(b"\n")
            yield from lines

    def _said(self) -> str:
        assert self._output is not None
        self._output.seek(0)
        text = self._output.read().decode("utf-8", "replace").strip()[-_SHOWN_OUTPUT:]
        return f" It said:\n{text}" if text else " It said nothing."


def _checked(packages: Sequence[str]) -> tuple[str, ...]:
    if packages == () or packages == []:
        return ()
    try:
        from opensandbox.local.requirements import check_packages
    except ImportError:
        return tuple(packages)  # without the extra the server does not start, and says so
    return check_packages(packages)


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}; give a whole number from {least} to {most}")


def _import_path() -> dict[str, str]:
    """Let the child import this very package, also from a source tree that is only on `sys.path`."""
    root = Path(__file__).parents[2]
    if root.name in ("site-packages", "dist-packages"):
        return {}
    inherited = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(root), inherited)))}
