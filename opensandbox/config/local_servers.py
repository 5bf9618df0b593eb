"""Embedded servers of this user on this machine: where each listens, and which key it asks for.

`opensandbox-local` announces itself while it runs, in a private file for its port. A client that has no key looks there.
"""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import stat
import struct
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FOLDER: Final = "servers"
_KEY: Final = "key"
_LISTENS: Final = "0A"
# How long one look at the kernel's table of sockets counts: it may be long, and a program may open a hundred connections at once.
_REMEMBERED: Final = 1.0
_remembered: dict[int, tuple[float, str]] = {}


@dataclass(frozen=True, slots=True)
class RunningServer:
    """What a server says of itself. `born` tells its process from a later one with the same number."""

    address: str
    pid: int
    born: str
    api_key: str | None
    state_dir: str

    @classmethod
    def this(cls, address: str, api_key: str | None, state_dir: Path) -> Self:
        """The server that this process is."""
        return cls(address, os.getpid(), _birth(os.getpid()), api_key, str(state_dir))

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.address.rpartition(":")[2])


def default_state_dir() -> Path:
    """Where `opensandbox-local` keeps its state unless it is told: `$XDG_STATE_HOME/opensandbox`, or below the home directory.

    RuntimeError where there is no home directory.
    """
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "opensandbox"


def kept_key(state_dir: Path) -> str:
    """The key of a state directory, made the first time and the same at every later start. OSError where it cannot be kept."""
    path = state_dir / _KEY
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        return _read_private(path).strip()
    # Two servers may begin at once: what was there first is kept.
    _write_private(path, secrets.token_urlsafe(24) + "\n", put=os.link)
    return _read_private(path).strip()


@contextmanager
def announced(server: RunningServer) -> Iterator[None]:
    """Let clients of this user find a server, for as long as the block lasts. OSError where that cannot be written."""
    path = _place(server.port)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_private(path, json.dumps(asdict(server)))
    try:
        yield
    finally:
        # A server on another address of the same port may have announced itself since.
        with suppress(OSError, ValueError, TypeError):
            if RunningServer(**json.loads(_read_private(path))) == server:
                path.unlink()


def running_servers() -> list[RunningServer]:
    """All servers of this user that listen on this machine, by their ports."""
    with suppress(OSError, RuntimeError):
        ports = sorted(int(path.stem) for path in _place(0).parent.glob("*.json") if path.stem.isdecimal())
        return [server for port in ports if (server := running_server(port)) is not None]
    return []


def running_server(port: int) -> RunningServer | None:
    """The server of this user that listens on a port of this machine.

    None as well where the file is left over from a server that is gone, could have been written by somebody else, or where
    another user listens on that port of the loopback: whoever connects there must not send that user the key.
    """
    if sys.platform != "linux":  # where there is no such server
        return None
    try:
        server = RunningServer(**json.loads(_read_private(_place(port))))
        alive = _birth(server.pid) == server.born
        users = set(_users_listening(port))
    except (OSError, ValueError, TypeError, RuntimeError):
        return None
    return server if alive and users == {os.geteuid()} else None


def key_for(address: str) -> str:
    """The key for `http://host:port`, if a server of this user listens there on this machine; else the empty string."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not _is_this_machine(parts.hostname or ""):
        return ""
    port = parts.port or 80
    looked, key = _remembered.get(port, (-_REMEMBERED, ""))
    if time.monotonic() - looked < _REMEMBERED:
        return key
    server = running_server(port)
    if server is None or not server.api_key:
        return ""
    _remembered[port] = (time.monotonic(), server.api_key)
    return server.api_key


def _place(port: int) -> Path:
    return default_state_dir() / _FOLDER / f"{port}.json"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _birth(pid: int) -> str:
    """When a process began, in ticks since the machine did."""
    # Behind the name, which may hold anything.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _users_listening(port: int) -> Iterator[int]:
    """Who listens on a port at an address by which this machine can mean itself."""
    for table in ("tcp", "tcp6"):
        with suppress(FileNotFoundError):  # no IPv6
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state, _, _, _, user, *_ = line.split()
                host, _, number = local.partition(":")
                if state == _LISTENS and int(number, 16) == port and _means_itself(host):
                    yield int(user)


def _means_itself(digits: str) -> bool:
    # The kernel prints each word of an address as a number in its own order of bytes.
    words = (int(digits[start : start + 8], 16) for start in range(0, len(digits), 8))
    address = ipaddress.ip_address(b"".join(struct.pack("=I", word) for word in words))
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def _read_private(path: Path) -> str:
    """A file that nobody but this user can have written or read. OSError otherwise."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, encoding="utf-8") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o077:
            raise PermissionError(f"{path} is not private: remove it, or take it from others (chmod 600)")
        return file.read()


def _write_private(path: Path, text: str, put: Callable[[Path, Path], None] = os.replace) -> None:
    """Write a file whole and for this user alone. With `os.link` a file that is there already stays."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        with suppress(FileExistsError):
            put(new, path)
    finally:
        new.unlink(missing_ok=True)
