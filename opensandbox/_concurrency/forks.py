"""Forks of a program whose other threads use the package, for the first time or just now.

A fork copies a process together with the locks that its threads hold; in the child nobody gives them back. Two kinds of lock
are ours to care for:

- Modules are imported, and validators built, when they are first needed. A child that was forked meanwhile would wait for ever at
  its own first use. So a fork waits until no other thread loads anything for this package. It takes no lock of the import
  system, so that none can be taken in another order, and it loads nothing.
- Locks made by `mutex` guard a few lines that wait for nothing. A fork takes them all and gives them back on both sides.

It looks at the stacks of the other threads. What users' own modules load by themselves is not its business.
"""

from __future__ import annotations

# Hooks run in the reverse order of their registration. These two modules take a lock each before a fork. Whoever waits for other threads has
# to do it before them, since a thread that loads something may want those locks; hence they are imported before this one registers.
import concurrent.futures.thread  # noqa: F401
import logging  # noqa: F401
import os
import sys
import threading
import time
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

PATIENCE = 10.0
"""Seconds after which a fork goes on: the other thread may wait for something that the forking one holds."""

LOOKUP_PATIENCE = 1.0
"""The same while a name is looked up: the C library loads what it needs for that, and then waits for the network."""

PAUSE = 0.001

UNDISTURBED = 0.1
"""Seconds for which a thread that forks is not asked to let others run: longer than a busy machine keeps it waiting in between."""

# On whose behalf something is loaded: this package, and what it stands on. `socket` imports codecs, in a thread of asyncio's.
_PACKAGES = frozenset(
    {"opensandbox", "opensandbox_api", "httpx", "httpcore", "pydantic", "pydantic_core", "socket"}
)
_CALLS_OTHERS = "pydantic._internal._validate_call"
"""Below it runs whatever function was decorated, for as long as it likes."""
_IMPORTING = frozenset({"importlib._bootstrap", "_frozen_importlib"})

_mutexes: set[weakref.ref[threading.Lock]] = set()
_taken: dict[int, list[threading.Lock]] = {}
"""What each thread that forks right now has taken, by its id."""

_usual_interval: list[float] = []
"""The interpreter's switch interval, while a thread that forks has changed it."""


def mutex() -> threading.Lock:
    """Return a lock for a few lines that wait for nothing. No child of a fork finds it taken."""
    made = threading.Lock()
    _mutexes.add(weakref.ref(made, _mutexes.discard))
    return made


def before_fork() -> None:
    """Wait until no other thread loads anything for this package or holds a mutex, and take the mutexes."""
    own = threading.get_ident()
    began = time.monotonic()
    while threading.active_count() > 1:
        time.sleep(PAUSE)
        waited = time.monotonic() - began
        stacks = _stacks_of_others(own)
        if all(patience_with(stack) <= waited for stack in stacks) and (_take(own) or waited >= PATIENCE):
            if not any(map(uses_us, stacks)):
                return  # it could only begin now
            _run_undisturbed()
            if all(patience_with(stack) <= waited for stack in _stacks_of_others(own)):
                return
            after_fork()


def after_fork() -> None:
    """Give the mutexes back, in the parent and in the child."""
    for taken in _taken.pop(threading.get_ident(), ()):
        taken.release()
    if _usual_interval and not _taken:
        sys.setswitchinterval(_usual_interval.pop())


def after_fork_in_child() -> None:
    """The same where no other thread is left, which might have been about to fork, too."""
    mine = _taken.pop(threading.get_ident(), [])
    _taken.clear()
    _taken[threading.get_ident()] = mine
    after_fork()


def patience_with(stack: FrameType | None) -> float:
    """Return how many seconds a fork waits at most for what a thread with this stack, given by its innermost frame, is doing.

    That is importing something for this package, building or using a validator, or looking up a name. A thread that has a lock which a later hook takes
    is waited for as well: to do that there would let everybody run on, and what was seen here would no longer hold.
    """
    imports = concerns_us = holds = emits = looks_up = False
    while stack is not None:
        module, function = str(stack.f_globals.get("__name__", "")), stack.f_code.co_name
        if module in _IMPORTING:
            imports = True
            module = str(stack.f_locals.get("name", ""))  # of what is imported
        elif module.startswith("pydantic.") and module != _CALLS_OTHERS:
            return PATIENCE  # it builds a validator, or uses one: what that needs is made once, behind locks that are not Python's
        elif module == "concurrent.futures.thread":
            holds = holds or function == "submit"
        elif module == "logging":
            holds, emits = True, emits or function == "handle"  # which may take its time, without that lock
        elif module == "socket":
            looks_up = looks_up or function == "getaddrinfo"
        concerns_us = concerns_us or module.partition(".")[0] in _PACKAGES
        stack = stack.f_back
    if (imports and concerns_us) or (holds and not emits):
        return PATIENCE
    return LOOKUP_PATIENCE if looks_up else 0.0


def uses_us(stack: FrameType | None) -> bool:
    """Return whether a thread with this stack is in a call of the package, or of what it stands on."""
    while stack is not None:
        if str(stack.f_globals.get("__name__", "")).partition(".")[0] in _PACKAGES:
            return True
        stack = stack.f_back
    return False


def _stacks_of_others(own: int) -> list[FrameType]:
    # Documented in the `sys` module, underscore and all.
    return [stack for thread, stack in sys._current_frames().items() if thread != own]


def _run_undisturbed() -> None:
    """Let nobody run between what is seen next and the fork.

    A thread asks for the interpreter when it has waited for the switch interval, which it looks up when it begins to wait. So whoever
    waits already gets his turn, and then nobody can ask before the fork is made.
    """
    _taken.setdefault(threading.get_ident(), [])
    if not _usual_interval:
        _usual_interval.append(sys.getswitchinterval())
        sys.setswitchinterval(UNDISTURBED)
    time.sleep(_usual_interval[0] + PAUSE)


def _take(own: int) -> bool:
    """Take every mutex without waiting, or none of them."""
    taken = _taken[own] = []
    for reference in list(_mutexes):
        lock = reference()
        if lock is None:
            continue
        if not lock.acquire(blocking=False):
            for held in _taken.pop(own):
                held.release()
            return False
        taken.append(lock)
    return True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=before_fork, after_in_parent=after_fork, after_in_child=after_fork_in_child)
