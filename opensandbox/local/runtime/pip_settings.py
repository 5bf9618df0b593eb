"""How pip is set up on this machine: its variables, the files that it reads, and the places that all of these name."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Settings of pip that would lead it elsewhere than to where it belongs here, or stop it.
_OVERRULED = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
_LEFT_OUT = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_CACHE_DIR"}
_NETWORK = {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"}
_NO_HOME = Path("/root")
_NO_HOMES = {"bin", "dev", "etc", "lib", "lib64", "opt", "proc", "sbin", "sys", "usr"}
# The whole of these nobody means.
_SYSTEM = _NO_HOMES | {"boot", "home", "media", "mnt", "root", "run", "srv", "tmp", "var"}


@dataclass(frozen=True)
class PipSettings:
    """The settings. `home` is where pip looks for a user's files, `cache` where it keeps downloads."""

    home: Path
    variables: dict[str, str]
    files: tuple[Path, ...]
    cache: Path

    def environment(self) -> dict[str, str]:
        """Return what pip is started with, beside a PATH."""
        return {**self.variables, "HOME": str(self.home), "PIP_CACHE_DIR": str(self.cache), "LANG": "C.UTF-8"}

    def texts(self) -> list[str]:
        """Return what says where packages come from, and which; passwords may be among it."""
        told = [
            f"{name}={value}" for name, value in sorted(self.variables.items()) if name.startswith("PIP_")
        ]
        return [*told, *(file.read_text(errors="replace") for file in self.files)]

    def places(self, requirements: Iterable[str]) -> list[Path]:
        """Return the files and directories that have to be seen: those that settings and requirements name as well."""
        values = [value for name, value in self.variables.items() if name not in _OVERRULED]
        named = _named([*values, *self.texts(), *requirements], self.home)
        return sorted({*self.files, *named, *filter(Path.is_file, [self.home / ".netrc"])})


def pip_settings() -> PipSettings:
    """Read the settings of whoever runs this process."""
    home = Path(os.path.expanduser("~"))
    if not home.is_absolute() or home == Path("/") or home.parts[1] in _NO_HOMES:
        home = _NO_HOME
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in _LEFT_OUT
        and (name.startswith("PIP_") or name in _NETWORK or name.lower().endswith("_proxy"))
    }
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    shared = (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    directories = [*(Path(place, "pip") for place in shared), Path("/etc"), home / ".pip", config / "pip"]
    variables |= {"XDG_CONFIG_HOME": str(config), "XDG_CONFIG_DIRS": ":".join(shared), **_OVERRULED}
    files = [place / "pip.conf" for place in directories]
    if "PIP_CONFIG_FILE" in variables:
        files.append(Path(variables["PIP_CONFIG_FILE"]))
    caches = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return PipSettings(
        home=home,
        variables=variables,
        files=tuple(file.absolute() for file in files if _is_readable(file)),
        cache=Path(os.environ.get("PIP_CACHE_DIR") or caches / "pip").absolute(),
    )


def _is_readable(file: Path) -> bool:
    with contextlib.suppress(OSError):
        return file.is_file() and os.access(file, os.R_OK)
    return False


def _named(texts: Iterable[str], home: Path) -> Iterator[Path]:
    for line in (line for text in texts for line in text.splitlines()):
        for word in (line.partition("=")[2].strip(), *re.split(r"[\s,;'\"=]+", line)):
            path = Path(unquote(urlsplit(word).path) if word.startswith("file://") else word)
            if word.startswith("~/"):
                path = home / word[2:]
            with contextlib.suppress(OSError, ValueError):
                if _may_be_meant(path) and (path.is_file() or path.is_dir()):
                    yield path


def _may_be_meant(path: Path) -> bool:
    if not path.is_absolute() or ".." in path.parts:
        return False
    return len(path.parts) > 2 or (len(path.parts) == 2 and path.parts[1] not in _SYSTEM)
