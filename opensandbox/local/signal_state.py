"""What a process inherits of signals from whoever started it: which are ignored, which are blocked."""

from __future__ import annotations

import signal

# Python ignores these itself, and gives them back to the programs that it starts.
_PYTHONS_OWN = {signal.SIGPIPE, signal.SIGXFSZ}


def reset(*, keep: frozenset[signal.Signals] = frozenset()) -> None:
    """Ignore and block no signal any more, but `keep`.

    Both outlast `exec`. With SIGCHLD ignored no end of a child is seen, and what is blocked cannot be interrupted. Call it before threads
    are started and handlers set.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - _PYTHONS_OWN - keep:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
