"""Run a console script many times, each in a process of its own, without loading its modules each time.

    python run_commands.py NAME

Takes a list of arguments as JSON a line on standard input, and answers with `[status, output, errors]`.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import entry_points


def run(script: Callable[[], object], arguments: list[str]) -> tuple[int, str, str]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv = [sys.argv[1], *arguments]
            try:
                sys.exit(script())
            except SystemExit as end:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(end.code if isinstance(end.code, int) else bool(end.code))
            finally:
                os._exit(70)  # an exception came through
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for file in (out, err):
            file.seek(0)
        return status, out.read().decode(), err.read().decode()


if __name__ == "__main__":
    (found,) = entry_points(group="console_scripts", name=sys.argv[1])
    script = found.load()
    for line in sys.stdin:
        print(json.dumps(run(script, json.loads(line))), flush=True)
