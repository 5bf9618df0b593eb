"""Compile the table of system calls for the kernel: `opensandbox/local/runtime/filters/*.bpf`.

`python -m scripts.syscall_filter` writes them; it needs Debian's libseccomp2. Several programs for each processor: the calls as such, and
values of their arguments. The kernel runs all and takes the strictest answer; apart, none has exceptions of exceptions.
"""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pyseccomp

from opensandbox.local.runtime import syscalls

TARGET = Path(__file__).parents[1] / "opensandbox/local/runtime/filters"
PROCESSORS = {"x86_64": pyseccomp.Arch.X86_64, "aarch64": pyseccomp.Arch.AARCH64}
_ABSENT = pyseccomp.ERRNO(errno.ENOSYS)
_BY_SEARCH = 2  # a binary search for the number of the call, not one comparison after the other


def main() -> None:
    """Write all programs."""
    TARGET.mkdir(exist_ok=True)
    for processor in PROCESSORS:
        (TARGET / f"{processor}.calls.bpf").write_bytes(calls(processor))
        for name, cases in syscalls.ARGUMENTS.items():
            (TARGET / f"{processor}.{name}.bpf").write_bytes(arguments(processor, cases))


def calls(processor: str) -> bytes:
    """The program that knows calls by their numbers: what is in no table does not exist."""
    program = _empty(processor, _ABSENT)
    for words in syscalls.ALLOWED.values():
        for name in words.split():
            _add(program, pyseccomp.ALLOW, processor, name)
    for name, (position, values, _) in syscalls.ALLOWED_VALUES.items():
        for value in values:
            _add(program, pyseccomp.ALLOW, processor, name, pyseccomp.Arg(position, pyseccomp.EQ, value))
    for refusal in syscalls.REFUSED:
        for name in refusal.calls.split():
            if refusal.error != errno.ENOSYS:
                _add(program, pyseccomp.ERRNO(refusal.error), processor, name)
    return _bytes(program)


def arguments(processor: str, cases: tuple[syscalls.Case, ...]) -> bytes:
    """The program that looks at arguments: it refuses `cases`, and nothing else."""
    program = _empty(processor, pyseccomp.ALLOW)
    for case in cases:
        compared = [_argument(condition) for condition in case.conditions]
        _add(program, pyseccomp.ERRNO(case.error), processor, case.call, *compared)
    return _bytes(program)


def number(processor: str, name: str) -> int:
    """The number of a call, negative where the processor does not have it. Raises ValueError for what is no call."""
    try:
        return int(pyseccomp.resolve_syscall(PROCESSORS[processor], name))
    except OSError as error:
        raise ValueError(f"libseccomp does not know the system call {name!r}") from error


def _empty(processor: str, default: int) -> pyseccomp.SyscallFilter:
    program = pyseccomp.SyscallFilter(default)
    if PROCESSORS[processor] != pyseccomp.system_arch():
        program.add_arch(PROCESSORS[processor])
        program.remove_arch(pyseccomp.system_arch())
    program.set_attr(pyseccomp.Attr.ACT_BADARCH, _ABSENT)
    program.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, _BY_SEARCH)
    return program


def _add(
    program: pyseccomp.SyscallFilter, action: int, processor: str, name: str, *compared: pyseccomp.Arg
) -> None:
    if number(processor, name) >= 0:
        # By its number here: libseccomp translates that for the processor of the program.
        program.add_rule_exactly(action, name, *compared)


def _argument(condition: syscalls.Condition) -> pyseccomp.Arg:
    if condition.how == "bits":
        return pyseccomp.Arg(condition.position, pyseccomp.MASKED_EQ, condition.mask, condition.value)
    how = {"equal": pyseccomp.EQ, "above": pyseccomp.GT, "other": pyseccomp.NE}[condition.how]
    return pyseccomp.Arg(condition.position, how, condition.value)


def _bytes(program: pyseccomp.SyscallFilter) -> bytes:
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


if __name__ == "__main__":
    main()
