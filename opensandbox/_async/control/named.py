"""One sandbox per name for all programs of a deployment: found by a label, made where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from opensandbox._async.control.manager import SandboxManager
from opensandbox._concurrency.background import async_finish_or_undo
from opensandbox._concurrency.pairs import async_sleep, monotonic
from opensandbox._core.control import named as decide
from opensandbox._core.deadlines import Deadline, seconds
from opensandbox._core.run.commands import FIRST_PAUSE, next_pause
from opensandbox.exceptions import (
    SandboxConflictException,
    SandboxGoneException,
    SandboxNotFoundException,
    SandboxReadyTimeoutException,
)
from opensandbox.models.sandboxes import SandboxFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opensandbox._async.sandbox import Sandbox
    from opensandbox.models.sandboxes import SandboxInfo

S = TypeVar("S", bound="Sandbox")

TRIES: Final = 5
"""How often a sandbox may be gone between being found and being reached, before that is told."""

CLEAN_UP_SECONDS: Final = 30.0
READY_TIMEOUT: Final = 30.0


async def get_or_create(kind: type[S], name: str, image: Any, options: Mapping[str, Any]) -> S:
    """Return the sandbox of a name: the oldest that there is, or a new one."""
    labels = decide.labelled(name, options.get("metadata"))
    async with await SandboxManager.create(options.get("connection_config")) as manager:
        for attempt in range(1, TRIES + 1):
            found = await _oldest(manager, labels, options)
            if found is None:
                own = decide.labels_of_new(labels, options.get("snapshot_id"))
                made = await kind.create(image, **{**options, "metadata": own})
                found = await _settled(manager, made, labels, options)
                if found is None:
                    return made
            try:
                return await _reached(kind, found, options)
            except (SandboxNotFoundException, SandboxGoneException):
                if attempt == TRIES:
                    raise
    raise AssertionError("the last try returns or raises")


async def _settled(
    manager: SandboxManager, made: Sandbox, labels: Mapping[str, str], options: Mapping[str, Any]
) -> SandboxInfo | None:
    """Return the sandbox that another caller made first; then the one that was made here is removed."""
    try:
        oldest = await _oldest(manager, labels, options)
    except BaseException:
        await async_finish_or_undo(made._remove, None, CLEAN_UP_SECONDS)
        raise
    if oldest is None or oldest.id == made.id:
        return None
    await async_finish_or_undo(made._remove, None, CLEAN_UP_SECONDS)
    return oldest


async def _oldest(
    manager: SandboxManager, labels: Mapping[str, str], options: Mapping[str, Any]
) -> SandboxInfo | None:
    """Return the oldest sandbox with these labels, once it is made.

    Nobody settles for one that is still being made: its maker may find an older one, which was not listed before, and remove it.
    """
    wanted = SandboxFilter(metadata=dict(labels))
    limit = seconds("ready_timeout", options.get("ready_timeout", READY_TIMEOUT))
    deadline = Deadline.after(limit, monotonic())
    pause = FIRST_PAUSE
    while True:
        found = decide.oldest([info async for info in manager.iter_sandbox_infos(wanted)])
        if found is None or not decide.is_being_made(found):
            return found
        now = monotonic()
        if deadline.passed(now):
            raise SandboxReadyTimeoutException(
                f"sandbox {found.id}, which another call makes, is still {found.status.state} after {limit:g} s; raise ready_timeout"
            )
        await async_sleep(deadline.clip(pause, now))
        pause = next_pause(pause)


async def _reached(kind: type[S], info: SandboxInfo, options: Mapping[str, Any]) -> S:
    given = {name: options[name] for name in decide.ATTACHING if name in options}
    patience = options.get("ready_timeout")
    if decide.is_paused(info):
        more = given if patience is None else {**given, "resume_timeout": patience}
        try:
            return await kind.resume(info.id, **more)
        except SandboxConflictException:
            pass  # another caller has resumed it meanwhile
    more = given if patience is None else {**given, "connect_timeout": patience}
    return await kind.connect(info.id, **more)
