"""Start the daemon: `python -m opensandbox.local.execd --socket-dir DIR [--keep-capabilities 0,1,3]`.

Serves the execd API on `DIR/execd.sock` and the control protocol on `DIR/control.sock`, prints the line `ready` once
both listen, drops all capabilities but those where they are given, and runs until SIGTERM, or, as the first process of a sandbox, until it is killed from outside. This start is on the path
of every cold sandbox, so its imports are counted.
"""

from __future__ import annotations

import sys
from pathlib import Path

_ACCEPTED = (["--socket-dir"], ["--socket-dir", "--keep-capabilities"])


def main(arguments: list[str]) -> int:
    """Run the daemon; 2 when the arguments make no sense."""
    if arguments[::2] not in _ACCEPTED or len(arguments) % 2 or not Path(arguments[1]).is_dir():
        sys.stderr.write(
            "usage: python -m opensandbox.local.execd --socket-dir DIR [--keep-capabilities NUMBERS]"
            "   (an existing directory)\n"
        )
        return 2
    from opensandbox.local import signal_state
    from opensandbox.local.execd.loading import load_server
    from opensandbox.local.execd.sandbox import undumpable

    run = load_server()
    signal_state.reset()
    undumpable.become()
    for numbers in arguments[3:]:
        from opensandbox.local.execd.forked.system import keep_capabilities

        keep_capabilities([int(number) for number in numbers.split(",")])
    run(Path(arguments[1]).resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
