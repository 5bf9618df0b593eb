"""Users inside: a range that is nobody outside, started by root, and by an ordinary user with subordinate ids."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import ORDINARY_UID, SUBORDINATE, BoxHost, Sandbox, box_host, place_for
from tests.local.runtime.processes import living_in, until

if TYPE_CHECKING:
    from collections.abc import Iterator

# Only root can play an ordinary user that has subordinate ids.
RANGED = ("root", "ranged") if os.geteuid() == 0 else ()


@pytest.fixture(scope="module", params=RANGED)
def host(request: pytest.FixtureRequest) -> Iterator[BoxHost]:
    with box_host(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def sandbox(host: BoxHost) -> Sandbox:
    return host.launch()


def outside(sandbox: Sandbox) -> int:
    """Who the sandbox's root is on this machine."""
    line = next(
        line for line in Path(f"/proc/{sandbox.pid}/status").read_text().splitlines() if "Uid:" in line
    )
    return int(line.split()[1])


def test_files_and_programs_can_be_of_any_user(sandbox: Sandbox) -> None:
    script = """
        touch /tmp/a; chown nobody:1000 /tmp/a; stat -c %U:%g /tmp/a
        setpriv --reuid 1000 --regid 1000 --clear-groups sh -c 'id -u; id -g; touch /tmp/b'; stat -c %u /tmp/b
        su -s /bin/sh nobody -c 'id -un; cat /etc/shadow' 2>/dev/null
        runuser -u nobody -- sh -c 'echo >/root/c' 2>/dev/null || echo refused
    """
    assert sandbox.run(script).split() == ["nobody:1000", "1000", "1000", "1000", "nobody", "refused"]


def test_root_inside_is_not_root_outside(host: BoxHost, sandbox: Sandbox) -> None:
    if host.as_user:
        assert outside(sandbox) == ORDINARY_UID
        first = SUBORDINATE - 1
    else:
        first = outside(sandbox)
        assert first >= 0x80000
    sandbox.run("setpriv --reuid 1000 --regid 1000 --clear-groups sleep 1000 >/dev/null 2>&1 &")
    until(lambda: first + 1000 in {Path("/proc", str(pid)).stat().st_uid for pid in processes(sandbox)})


def processes(sandbox: Sandbox) -> list[int]:
    namespace = os.readlink(f"/proc/{sandbox.pid}/ns/pid")
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "ns/pid") == namespace:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_two_sandboxes_of_roots_have_no_user_in_common() -> None:
    with box_host(RANGED[0] if RANGED else "user") as host:
        first, second = outside(host.launch()), outside(host.launch())
    assert (abs(first - second) >= 65536) == bool(RANGED)


@pytest.mark.parametrize(
    ("uid", "gid", "said"),
    [
        (0, None, "0 0"),
        (1000, 1001, "1000 1001"),
        (65534, None, "65534 65534"),
        (65535, 65535, "65535 65535"),
    ],
)
def test_commands_run_as_any_user(sandbox: Sandbox, uid: int, gid: int | None, said: str) -> None:
    ids = {"uid": uid} | ({} if gid is None else {"gid": gid})
    status, text = sandbox.ask("POST", "/command", {"command": "echo $(id -u) $(id -g)"} | ids)
    assert status == 200
    assert said in text


def test_a_user_beyond_the_range_is_refused_with_the_reason(sandbox: Sandbox) -> None:
    _, text = sandbox.ask("POST", "/command", {"command": "id", "uid": 65536, "gid": 0})
    assert "user 65536 does not exist in this sandbox, whose users are 0 to 65535" in text
    status, text = sandbox.ask("GET", "/v1/filesystem/65536/0/files/info?path=/tmp")
    assert status == 503
    assert "user 65536 does not exist" in text


def test_files_of_an_identity_are_that_users(sandbox: Sandbox) -> None:
    status, _ = sandbox.ask("POST", "/v1/filesystem/1000/1001/directories", {"/tmp/of-1000": {"mode": 750}})
    assert status == 200
    assert sandbox.run("stat -c '%u %g %a' /tmp/of-1000") == "1000 1001 750"
    status, text = sandbox.ask("POST", "/v1/filesystem/1000/1001/directories", {"/root/x": {"mode": 750}})
    assert status == 500
    assert "Permission denied" in text


def test_owner_and_group_are_set_by_name_and_by_number(sandbox: Sandbox) -> None:
    sandbox.run("touch /tmp/owned")
    for owner, group, said in (("nobody", "nogroup", "nobody nogroup"), ("0", "0", "root root")):
        body = {"/tmp/owned": {"owner": owner, "group": group, "mode": 644}}
        assert sandbox.ask("POST", "/files/permissions", body)[0] == 200
        assert sandbox.run("stat -c '%U %G' /tmp/owned") == said


def test_snapshots_keep_owners_and_nothing_stays(host: BoxHost) -> None:
    first = host.launch()
    first.run(
        "for i in 1 1000 65534; do touch /root/$i; chown $i:$i /root/$i; done; mkdir -m 700 /root/d; chown 7 /root/d"
    )
    snapshot = host.place / "snapshot"
    host.call("snapshot", first.id, str(snapshot))
    second = host.launch(layers=[str(snapshot)])
    assert second.run("cd /root; stat -c '%n %u' 1 1000 65534 d") == "1 1\n1000 1000\n65534 65534\nd 7"
    second.run("chown 8 /root/1000; echo >> /root/d/e")
    for box in (first, second):
        box.do("pause")
        box.do("kill")
        until(lambda box=box: not box.directory.exists())  # the files are removed in the background
    host.call("remove_tree", str(snapshot))
    assert not snapshot.exists()


def test_programs_of_other_users_are_paused_and_ended(host: BoxHost) -> None:
    sandbox = host.launch()
    sandbox.run(
        "setpriv --reuid 1000 --regid 1000 --clear-groups sh -c 'while :; do echo >> /tmp/ticks; done' >/dev/null 2>&1 &"
    )
    sandbox.run("until test -s /tmp/ticks; do sleep 0.01; done")
    sandbox.do("pause")
    ticks = sandbox.directory / "upper/root/tmp/ticks"
    size = ticks.stat().st_size
    assert ticks.stat().st_size == size
    sandbox.do("resume")
    until(lambda: ticks.stat().st_size > size)
    ended = processes(sandbox)
    sandbox.do("kill")
    assert not [pid for pid in ended if Path("/proc", str(pid), "root").exists()]


@pytest.mark.parametrize("starter", RANGED)
@pytest.mark.parametrize("users", ["range", "one"])
def test_files_of_other_users_are_swept(starter: str, users: str) -> None:
    with place_for(starter) as place:
        first = BoxHost(place, as_user=starter != "root", ranged=starter == "ranged")
        try:
            sandbox = first.launch()
            sandbox.run(
                "mkdir -m 0 /tmp/closed; chown 1000 /tmp/closed; mkdir /tmp/1; touch /tmp/1/2; chown 2 /tmp/1"
            )
        finally:
            first.kill_hard()
        until(lambda: living_in(first.state_dir) == [])
        second = BoxHost(place, as_user=starter != "root", ranged=starter == "ranged", users=users)
        try:
            assert not sandbox.directory.exists()
        finally:
            second.stop()


@pytest.mark.parametrize("owner", [0, 4321] if RANGED else [])
def test_root_inside_is_the_owner_of_a_host_directory(owner: int) -> None:
    with box_host("root") as host:
        shared = host.place / "shared"
        shared.mkdir(mode=0o700)
        os.chown(shared, owner, owner)
        sandbox = host.launch(mounts=[[str(shared), "/mnt", False]])
        sandbox.run("echo a > /mnt/a; chmod 777 /mnt")
        sandbox.fails("chmod 4755 /mnt/a")
        sandbox.run("setpriv --reuid 1000 --regid 1000 --clear-groups touch /mnt/b")
        assert sandbox.run("stat -c %u /mnt /mnt/a /mnt/b") == "0\n0\n1000"
        assert {(shared / name).stat().st_uid for name in (".", "a")} == {owner}
        others = (shared / "b").stat().st_uid
        assert others == (1000 if owner == 0 else outside(sandbox) + 1000)


@pytest.mark.parametrize("owner", [4321] if RANGED else [])
def test_a_group_of_roots_makes_nobody_root_of_a_host_directory(owner: int) -> None:
    with box_host("root") as host:
        shared = host.place / "shared"
        shared.mkdir(mode=0o770)
        os.chown(shared, owner, 0)
        (shared / "roots").write_text("secret")
        (shared / "roots").chmod(0o600)
        sandbox = host.launch(mounts=[[str(shared), "/mnt", False]])
        sandbox.fails("cat /mnt/roots")
        sandbox.fails("echo x > /mnt/roots")
        sandbox.run("echo a > /mnt/a")
        assert sandbox.run("stat -c %u:%g /mnt /mnt/a") == "0:0\n0:0"
        facts = (shared / "a").stat()
        assert (facts.st_uid, facts.st_gid) == (owner, 0)


@pytest.mark.parametrize("starter", ["root", "user"] if RANGED else ["user"])
def test_one_user_refuses_others_with_the_reason(starter: str) -> None:
    with box_host(starter, users="one" if starter == "root" else None) as host:
        sandbox = host.launch()
        reason = "users=one" if starter == "root" else "new" if not RANGED else "/etc/subuid has no 65535 ids"
        for ids in ({"uid": 0}, {"uid": 0, "gid": 0}):
            _, text = sandbox.ask("POST", "/command", {"command": "echo I am $(id -u)"} | ids)
            assert "I am 0" in text
        _, text = sandbox.ask("POST", "/command", {"command": "id", "uid": 1000, "gid": 1000})
        assert "user 1000 does not exist in this sandbox, which has one user, 0: " in text
        assert reason in text
        sandbox.run("touch /tmp/a")
        status, text = sandbox.ask("POST", "/files/permissions", {"/tmp/a": {"owner": "nobody", "mode": 644}})
        assert status == 500
        assert reason in text


_PACKAGE = r"""
set -e
mkdir -p /tmp/p/DEBIAN /tmp/p/usr/share/served
printf 'Package: served\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: x\n' > /tmp/p/DEBIAN/control
printf '#!/bin/sh\nset -e\nadduser --system --group served\nchown served /usr/share/served/a\n' > /tmp/p/DEBIAN/postinst
chmod 755 /tmp/p/DEBIAN/postinst
echo > /tmp/p/usr/share/served/a
dpkg-deb --build /tmp/p /tmp/p.deb
apt-get install --yes /tmp/p.deb
test "$(stat -c %U /usr/share/served/a)" = served
su -s /bin/sh served -c 'test -w /usr/share/served/a'
"""


@pytest.mark.long
@pytest.mark.parametrize("start", ["exec", "fork"] if RANGED else [])
def test_a_package_of_debians_is_installed(start: str) -> None:
    with box_host("root", start=start) as host:
        host.launch().run(_PACKAGE)
