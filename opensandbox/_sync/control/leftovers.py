# Generated from opensandbox/_async/control/leftovers.py by scripts/unasync.py. Do not edit.
"""Sandboxes of creations whose response was lost: searched for in the background, until found or for five minutes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from opensandbox._concurrency.background import in_background
from opensandbox._concurrency.pairs import Event, Lock, monotonic, scope_key
from opensandbox._core.control.creation import SEARCH_PAUSES, SEARCHES_HOLD_UP
from opensandbox._core.deadlines import Deadline
from opensandbox._sync.calls.http import Http
from opensandbox._sync.control.lifecycle import Lifecycle
from opensandbox.exceptions import SandboxException, SandboxNotFoundException

if TYPE_CHECKING:
    from opensandbox._concurrency.pairs import Scope
    from opensandbox.config import ConnectionConfigSync

logger = logging.getLogger("opensandbox.sandbox")

CLEAN_UP_SECONDS: Final = 10.0
"""For one look and its removals, whatever the request timeout is: that may be what cut the creation short."""


class Search:
    """The search for the sandboxes of one creation. `lost` is the number of its attempts without a response; `keep` is
    the sandbox that it returned."""

    __slots__ = ("_config", "_keep", "_lost", "_pauses", "_token", "due")

    def __init__(self, config: ConnectionConfigSync, token: str, keep: str | None, lost: int) -> None:
        self._config = config
        self._token = token
        self._keep = keep
        self._lost = lost
        self._pauses = iter(SEARCH_PAUSES)
        self.due: float | None = monotonic() + next(self._pauses)
        """When to look next; `None` when it is over."""

    def run(self) -> None:
        """Remove the sandboxes that exist now. The server may still be creating more."""
        http = Http(self._config)  # of its own: the one of the sandbox is closed when the sandbox is
        try:
            self._lost -= remove(Lifecycle(http), self._token, self._keep)
        finally:
            pause = next(self._pauses, None) if self._lost > 0 else None
            self.due = None if pause is None else monotonic() + pause
            if self._config.transport is None:
                http.close()


class Leftovers:
    """All searches of an event loop (or of all threads), in one task, however many creations a broken server loses."""

    _at_work: dict[Scope, Leftovers] = {}  # noqa: RUF012 - shared by all creations

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._lock = Lock()
        self._news = Event()
        self._searches: list[Search] = []
        self._running = False

    @classmethod
    def look_for(cls, search: Search) -> None:
        """Start a search in the background."""
        scope = scope_key()
        cls._at_work.setdefault(scope, cls(scope))._add(search)

    def _add(self, search: Search) -> None:
        with self._lock:
            self._searches.append(search)
            self._news.set()
            if self._running:
                return
            self._running = True
        in_background(self._guarded, SEARCHES_HOLD_UP)

    def _guarded(self) -> None:
        try:
            self._run()
        except BaseException:  # the end of the loop does not wait for it any longer
            self._running = False
            self._at_work.pop(self._scope, None)
            raise

    def _run(self) -> None:
        while True:
            with self._lock:
                self._searches = [search for search in self._searches if search.due is not None]
                if not self._searches:
                    self._running = False
                    self._at_work.pop(self._scope, None)
                    return
                search = min(self._searches, key=lambda search: search.due or 0.0)
                self._news.clear()
            pause = (search.due or 0.0) - monotonic()
            if pause > 0:
                self._news.wait_for(pause)
                continue
            try:
                search.run()
            except Exception:
                search.due = None
                logger.warning("what a lost creation left could not be looked for", exc_info=True)


def remove(lifecycle: Lifecycle, token: str, keep: str | None) -> int:
    """Remove the sandboxes with this token, except `keep`, and return how many there were."""
    count = 0
    limit = Deadline.after(CLEAN_UP_SECONDS, monotonic())
    try:
        for left in lifecycle.marked_with(token, deadline=limit):
            if left.id != keep:
                try:
                    lifecycle.kill_sandbox(left.id, deadline=limit)
                except SandboxNotFoundException:
                    logger.debug("sandbox %s of a lost creation has ended by itself", left.id)
                count += 1
    except SandboxException as exc:
        logger.info("what a lost creation may have left could not be removed yet: %s", exc)
    return count
