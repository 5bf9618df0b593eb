"""What `/proc` of a sandbox tells of its processes, and the scripts that read it and send signals."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.processes import ProcessInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

_END: Final = "\x1f"

LIST: Final = """\
echo "$(getconf PAGESIZE 2>/dev/null || echo 4096) $(getconf CLK_TCK 2>/dev/null || echo 100)"
for d in /proc/[0-9]*; do
  s=$(cat "$d/stat" 2>/dev/null | tr '\\n\\t' '  ') && [ -n "$s" ] || continue
  u=$(while read -r k v _; do if [ "$k" = Uid: ]; then echo "$v"; fi; done < "$d/status" 2>/dev/null)
  c=$(tr '\\000\\n\\t' '\\037  ' < "$d/cmdline" 2>/dev/null)
  printf '%s\\t%s\\t%s\\n' "$u" "$s" "$c"
done
echo --
cat /etc/passwd 2>/dev/null || true"""
"""Prints the sizes of a page and a tick, a line a process, and the names of users."""


def listed(printed: str) -> list[ProcessInfo]:
    """Return the processes that the script found, by id; those that it was made of itself are among them."""
    told, _, passwd = printed.partition("\n--\n")
    first, *lines = told.splitlines()
    page, tick = (int(number) for number in first.split())
    names = {parts[2]: parts[0] for line in passwd.splitlines() if len(parts := line.split(":")) > 2}
    found = [_process(line, names, page, tick) for line in lines if line.count("\t") == 2]
    return sorted(found, key=lambda process: process.pid)


def _process(line: str, names: dict[str, str], page: int, tick: int) -> ProcessInfo:
    user, stat, command = line.split("\t")
    # The name of the program is in parentheses, and may hold some itself.
    head, _, rest = stat.rpartition(")")
    pid, _, name = head.partition(" (")
    fields = rest.split()
    return ProcessInfo(
        pid=int(pid),
        parent_pid=int(fields[1]),
        user=names.get(user, user),
        state=fields[0],
        cpu_time=timedelta(seconds=(int(fields[11]) + int(fields[12])) / tick),
        memory=int(fields[21]) * page,
        command=command.removesuffix(_END).split(_END) if command else [f"[{name}]"],
    )


def below(processes: Iterable[ProcessInfo], root: int) -> list[int]:
    """Return a process and all that it started, and they started, parents first."""
    children: dict[int, list[int]] = {}
    for process in processes:
        children.setdefault(process.parent_pid, []).append(process.pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def process_id(value: object) -> int:
    """Return the id of a process that may be sent a signal."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 2:
        raise InvalidArgumentException(
            f"pid must be the id of a process, 2 or more, not {value!r}; processes.list() tells them, sandbox.kill() ends the sandbox"
        )
    return value


def signal_name(value: object) -> str:
    """Return the name of a signal as `kill` knows it."""
    if isinstance(value, str):
        known = {member.name for member in signal.Signals}
        name = value.upper() if value.upper().startswith("SIG") else f"SIG{value.upper()}"
        if name in known:
            return name.removeprefix("SIG")
    elif isinstance(value, int) and not isinstance(value, bool):
        try:
            return signal.Signals(value).name.removeprefix("SIG")
        except ValueError:
            pass
    raise InvalidArgumentException(f'signal must be a signal such as "TERM" or signal.SIGTERM, not {value!r}')
