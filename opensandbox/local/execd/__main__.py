"""Start the daemon: `python -m opensandbox.local.execd --socket-dir DIR`.

Serves the execd API on `DIR/execd.sock` and the control protocol on `DIR/control.sock`, prints the line `ready` once
both listen, and runs until SIGTERM, or, as the first process of a sandbox, until it is killed from outside. This start is on the path
of every cold sandbox, so its imports are counted.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the daemon; 2 when the arguments make no sense."""
    if len(arguments) != 2 or arguments[0] != "--socket-dir" or not Path(arguments[1]).is_dir():
        sys.stderr.write(
            "usage: python -m opensandbox.local.execd --socket-dir DIR   (an existing directory)\n"
        )
        return 2
    from opensandbox.local import signal_state
    from opensandbox.local.execd.loading import load_server
    from opensandbox.local.execd.sandbox import undumpable

    run = load_server()
    signal_state.reset()
    undumpable.become()
    run(Path(arguments[1]).resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
