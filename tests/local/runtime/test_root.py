"""Which files of the host become visible inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opensandbox.local.runtime.root import build_base, overlay_trees, without_secrets

if TYPE_CHECKING:
    from pathlib import Path

PASSWD = """\
root:$6$hash:0:0:root:/root:/bin/bash
daemon:!:1:1::/:/usr/sbin/nologin
alice:$6$other:1000:1000:Alice Example:/home/alice:/bin/bash
nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
+nis
"""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    root = tmp_path / "host"
    for name in ("usr/bin", "etc/ssl/certs", "etc/ssl/private", "etc/ssh", "etc/profile.d", "home/alice"):
        (root / name).mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text("root:x:0:\nsudo:!:27:alice,bob\nalice:x:1000:\n")
    (root / "etc/shadow").write_text("root:$6$hash:1::::::\n")
    (root / "etc/services").write_text("http 80/tcp\n")
    (root / "usr/lib").mkdir()
    (root / "usr/lib/os-release").write_text("NAME=test")
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    (root / "etc/ssl/openssl.cnf").write_text("conf")
    (root / "etc/ssl/private/key.pem").write_text("key")
    (root / "etc/ssh/ssh_host_key").write_text("key")
    (root / "etc/profile.d/public.sh").write_text(":")
    (root / "etc/profile.d/private.sh").write_text("TOKEN=1")
    (root / "etc/profile.d/private.sh").chmod(0o600)
    return root


def test_only_what_is_listed_is_copied(host: Path, tmp_path: Path) -> None:
    build_base(tmp_path / "base", host=host)
    etc = tmp_path / "base/root/etc"
    assert {str(path.relative_to(etc)) for path in etc.rglob("*") if not path.is_dir()} == {
        "passwd", "group", "services", "os-release", "ssl/openssl.cnf", "profile.d/public.sh", "pam.d/other",
    }  # fmt: skip
    assert (tmp_path / "base/root/bin").readlink().as_posix() == "usr/bin"
    assert not list((tmp_path / "base/root/home").iterdir())


def test_private_directories_have_their_usual_modes(host: Path, tmp_path: Path) -> None:
    build_base(tmp_path / "base", host=host)
    for tree in ("root", "image"):
        modes = {
            name: (tmp_path / "base" / tree / name).stat().st_mode & 0o7777
            for name in ("tmp", "root", "workspace")
        }
        assert modes == {"tmp": 0o1777, "root": 0o700, "workspace": 0o755}


def test_links_to_programs_need_no_overlay(host: Path) -> None:
    assert overlay_trees(host=host) == ("usr", "etc/ssl/certs")


def test_accounts_lose_hashes_people_and_members() -> None:
    assert without_secrets(PASSWD).splitlines() == [
        "root:x:0:0:root:/root:/bin/bash",
        "daemon:x:1:1::/:/usr/sbin/nologin",
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
    ]
    assert without_secrets("sudo:!:27:alice,bob\n") == "sudo:x:27:\n"
