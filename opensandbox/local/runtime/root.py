"""The file system that a sandbox sees, built from an allow-list.

What is not named here does not exist inside: home directories, keys, password hashes, `/var`, `/run`, other
people's mounts. Nothing here is shared for writing: these trees are the lower layers of overlays.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

# Directories of programs. Where the machine merged them into /usr they are links, and stay links.
PROGRAM_TREES = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")

# Laid over like programs: copying hundreds of links and files would be most of a server's start. With what it has installed, dpkg can
# install more.
_LARGE_TREES = ("etc/alternatives", "etc/ssl/certs", "var/lib/dpkg")

# Root becomes anybody, by `su` and the like, and nobody else does: there are no passwords.
_ACCESS = """auth sufficient pam_rootok.so
auth requisite pam_deny.so
account required pam_permit.so
password requisite pam_deny.so
session required pam_permit.so
"""

# Empty inside, private to each sandbox: name -> mode.
PRIVATE_DIRS = {
    "etc": 0o755, "home": 0o755, "media": 0o755, "mnt": 0o755, "opt": 0o755, "root": 0o700, "run": 0o755, "srv": 0o755,
    "tmp": 0o1777, "workspace": 0o755,
    "run/lock": 0o755,
    "var": 0o755, "var/cache": 0o755, "var/lib": 0o755, "var/log": 0o755, "var/spool": 0o755, "var/tmp": 0o1777,
    "dev": 0o755, "proc": 0o755, "sys": 0o755,
}  # fmt: skip

# What programs need of /etc. Left out on purpose: anything that tends to hold credentials (gitconfig, npmrc,
# pip.conf, apt, environment, wgetrc, ssh) or describes the host (fstab, hostname, machine-id, resolv.conf).
ETC_ALLOWED = (
    "bash.bashrc", "ca-certificates", "ca-certificates.conf", "debian_version", "fonts", "gai.conf",
    "group", "host.conf", "inputrc", "issue", "java-*", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias",
    "locale.conf", "localtime", "login.defs", "lsb-release", "magic", "magic.mime", "mime.types", "networks",
    "nsswitch.conf", "os-release", "passwd", "perl", "pki/ca-trust", "pki/tls/cert.pem", "pki/tls/certs",
    "pki/tls/openssl.cnf", "profile", "profile.d", "protocols", "python3*", "redhat-release", "rpc", "services",
    "sgml", "shells", "ssl/cert.pem", "ssl/openssl.cnf", "system-release", "terminfo", "timezone",
    "vim", "xml",
)  # fmt: skip

START_SCRIPT = Path("/opt/code-interpreter/code-interpreter.sh")
"""What programs name as entrypoint that were written for images with a code runtime."""

_START_SCRIPT = """#!/bin/sh
# The daemon of this sandbox runs code itself, so there is nothing to start.
exec tail -f /dev/null
"""

_FIRST_HUMAN_UID, _NOBODY = 1000, 65534


def build_base(base: Path, *, host: Path = Path("/")) -> None:
    """Write the lower layers shared by all sandboxes into the empty directory `base`.

    `base/root` lies under `/`, `base/opt` under `/opt` (it holds the mount points of what runs the daemon, and the start script of code runtimes), and
    `base/image` below the root of a named image, so that the image prevails where it has something of its own.
    """
    root, image = base / "root", base / "image"
    for tree in (root, image):
        for name, mode in PRIVATE_DIRS.items():
            directory = tree / name
            directory.mkdir(parents=True)
            directory.chmod(mode)  # mkdir's mode is cut by the umask
        tree.chmod(0o755)
    (root / "var/run").symlink_to("/run")
    (root / "var/lock").symlink_to("/run/lock")
    for name in PROGRAM_TREES:
        original = host / name
        if original.is_symlink():
            (root / name).symlink_to(os.readlink(original))
        elif original.is_dir():
            (root / name).mkdir()
    for opt in (base / "opt", image / "opt"):
        for name in ("lib", "python", "run", "site"):
            (opt / "opensandbox" / name).mkdir(parents=True)
        (opt / "opensandbox/deno").touch()
        _write_start_script(opt / START_SCRIPT.relative_to("/opt"))
    for name in _LARGE_TREES:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "etc/pam.d").mkdir()
    (root / "etc/pam.d/other").write_text(_ACCESS)
    _copy_etc(host / "etc", root / "etc")


def _write_start_script(script: Path) -> None:
    script.parent.mkdir()
    script.write_text(_START_SCRIPT)
    script.chmod(0o755)


def overlay_trees(*, host: Path = Path("/")) -> tuple[str, ...]:
    """Directories, as paths below `/`, that lie over the machine's own, each in an overlay of its own."""
    names = (*PROGRAM_TREES, *_LARGE_TREES)
    return tuple(name for name in names if (host / name).is_dir() and not (host / name).is_symlink())


def name_host(etc: Path, hostname: str) -> None:
    """Write the three files of `/etc` that say who and where this sandbox is."""
    etc.mkdir(parents=True, exist_ok=True)
    etc.chmod(0o755)
    (etc / "hostname").write_text(f"{hostname}\n")
    (etc / "hosts").write_text(f"127.0.0.1 localhost {hostname}\n::1 localhost ip6-localhost ip6-loopback\n")
    (etc / "resolv.conf").write_text("# No resolver: names are looked up by the egress proxy.\n")


def _copy_etc(source: Path, target: Path) -> None:
    for pattern in ETC_ALLOWED:
        for original in source.glob(pattern):
            copy = target / original.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if original.name in ("passwd", "group"):
                copy.write_text(without_secrets(original.read_text()))
            else:
                _copy_public(original, copy)


def _copy_public(original: Path, copy: Path) -> None:
    """Copy what everybody may read; links stay links, so they resolve inside."""
    mode = original.lstat().st_mode
    if stat.S_ISLNK(mode):
        copy.symlink_to(os.readlink(original))
    elif stat.S_ISREG(mode) and mode & stat.S_IROTH:
        shutil.copyfile(original, copy)
        copy.chmod(stat.S_IMODE(mode) & 0o755)
    elif stat.S_ISDIR(mode) and mode & stat.S_IROTH:
        copy.mkdir(exist_ok=True)
        for child in original.iterdir():
            _copy_public(child, copy / child.name)


def without_secrets(table: str) -> str:
    """A passwd or group file with neither hashes nor the people who have accounts on the host."""
    kept = []
    for line in table.splitlines():
        fields = line.split(":")
        if len(fields) < 4 or not fields[2].isdigit():
            continue
        if _FIRST_HUMAN_UID <= int(fields[2]) != _NOBODY:
            continue
        fields[1] = "x"
        if len(fields) == 4:
            fields[3] = ""  # members of a group are people, too
        kept.append(":".join(fields))
    return "\n".join(kept) + "\n"
