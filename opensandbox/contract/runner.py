"""One run: every operation, order and usage in turn, each exchange held against the specs, and the sweep."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from opensandbox.contract.journal import Journal
from opensandbox.contract.operations import CASES
from opensandbox.contract.orders import CHECKS
from opensandbox.contract.refusals import outcome_of
from opensandbox.contract.results import Differs, Level, Outcome, Part, Report, Row
from opensandbox.contract.specs import operations
from opensandbox.contract.sweeping import sweep
from opensandbox.contract.usage import usage
from opensandbox.contract.world import LABEL, Settings, World
from opensandbox.exceptions import (
    SandboxConnectionException,
    SandboxException,
    SandboxUnauthenticatedException,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox.contract.checks import Check
    from opensandbox.contract.operations.cases import Case
    from opensandbox.contract.specs import Operation

ALL_CHECKS = [*CHECKS, *usage.all]
SUCCESS = range(200, 300)


class Runner:
    """Tries a server. `only` is a pattern that the names of rows have to match; `tell` is called with each finished row."""

    def __init__(
        self,
        settings: Settings,
        level: Level = Level.V1_2,
        *,
        only: str = "",
        tell: Callable[[Row], None] = lambda row: None,
    ) -> None:
        self._journal = Journal(settings.config().get_base_url())
        self.world = World(settings, self._journal)
        self.report = Report(self.world.config.get_base_url(), level, f"{LABEL}={settings.run}")
        self._only = re.compile(only)
        self._tell = tell
        self._operations = {one.name: one for api in operations().values() for one in api}
        self._rows: dict[str, Row] = {}

    def reaches(self) -> str:
        """Return why the server cannot be tried at all, and let go of it; empty where it can."""
        try:
            self.world.manager.list_sandbox_infos({"page_size": 1})
        except SandboxConnectionException as failure:
            refusal = f"the server cannot be reached: {failure}"
        except SandboxUnauthenticatedException as failure:
            refusal = f"the server refuses the key: {failure}"
        except SandboxException:
            return ""  # it answers; how, is what the run is about
        else:
            return ""
        self.world.close()
        return refusal

    def names(self) -> list[str]:
        """Return the names of the rows that `only` lets through."""
        return [name for name in (*CASES, *(check.name for check in ALL_CHECKS)) if self._only.search(name)]

    def run(self) -> Report:
        """Try everything that `only` lets through, then remove what was made, whatever happens."""
        try:
            for name in filter(self._only.search, CASES):
                self.operation(name)
            for check in ALL_CHECKS:
                if self._only.search(check.name):
                    self.check(check)
        except KeyboardInterrupt:
            self.report.interrupted = True
        finally:
            self.sweep()
            self.world.close()
        return self.report

    def operation(self, name: str) -> Row:
        """Try an operation."""
        operation, case = self._operations[name], CASES[name]
        row = self._rows[name] = Row(Part.OPERATION, name, operation.api, case.level, case.optional)
        self._timed(row, lambda: self._try_operation(operation, case, row))
        return row

    def check(self, check: Check) -> Row:
        """Try an order or a usage."""
        row = Row(check.part, check.name, check.subject, check.level, check.optional)

        def attempt() -> None:
            try:
                check.run(self.world)
            except Exception as failure:
                row.note(*outcome_of(failure))

        self._timed(row, attempt)
        return row

    def sweep(self) -> Row:
        """Remove what carries the label of this run."""
        row = Row(Part.CLEANUP, "nothing is left behind", "everything", Level.CORE)

        def attempt() -> None:
            try:
                for left in sweep(self.world):
                    row.note(Outcome.DIFFERS, left)
            except KeyboardInterrupt:
                self.report.interrupted = True
                row.note(Outcome.DIFFERS, "interrupted a second time, while what was made was being removed")

        self._timed(row, attempt)
        return row

    def _try_operation(self, operation: Operation, case: Case, row: Row) -> None:
        """By the SDK, then by the generated client: one of them may have no way there, not both."""
        ways = [
            (way, "through the SDK" if way is case.sdk else "through the generated client")
            for way in (case.sdk, case.wire)
            if way is not None
        ]
        refusals: list[tuple[Outcome, str, str]] = []
        for way, name in ways:
            try:
                if way is case.sdk:
                    self._by_sdk(operation, case)
                else:
                    self._by_wire(operation, case)
            except Exception as failure:  # every exception says something about the server
                outcome, words = outcome_of(failure)
                refusals.append((outcome, name, words))
        lacking = {outcome for outcome, _, _ in refusals} <= {Outcome.NOT_OFFERED, Outcome.NOT_TRIED}
        alike = len({words for _, _, words in refusals}) < len(refusals)
        for outcome, name, words in refusals:
            detail = words if alike else f"{name}: {words}"
            if lacking and len(refusals) < len(ways):
                row.remark(detail)
            else:
                row.note(outcome, detail)

    def _by_sdk(self, operation: Operation, case: Case) -> None:
        assert case.sdk is not None
        self._journal.statuses()  # what went before is not this call's
        case.sdk(self.world)
        statuses = self._journal.statuses().get(operation.name, set())
        if not any(status in SUCCESS for status in statuses):
            raise Differs(f"the call succeeds, and the server has answered {sorted(statuses) or 'nothing'}")

    def _by_wire(self, operation: Operation, case: Case) -> None:
        assert case.wire is not None
        where = None if case.where is None else case.where(self.world)
        self.world.wire(operation, where, case.wire(self.world))

    def _timed(self, row: Row, attempt: Callable[[], None]) -> None:
        began = time.monotonic()
        self.report.rows.append(row)
        try:
            attempt()
        finally:
            row.seconds = time.monotonic() - began
            self._judge()
        self._tell(row)

    def _judge(self) -> None:
        """Hold what has travelled since the last time against the specs; what does not fit is its operation's."""
        for operation, problem in self._journal.problems():
            self._of(operation).note(Outcome.DIFFERS, problem)

    def _of(self, operation: Operation) -> Row:
        """Return the row of an operation, which may not have been tried itself."""
        case = CASES[operation.name]
        row = self._rows.setdefault(
            operation.name, Row(Part.OPERATION, operation.name, operation.api, case.level, case.optional)
        )
        if not any(row is known for known in self.report.rows):
            self.report.rows.append(row)
        return row
