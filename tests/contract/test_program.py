"""`python -m opensandbox.contract` against the embedded server, which keeps all of the contract; in both manners."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensandbox import SandboxManagerSync
from opensandbox.contract import __main__ as program
from opensandbox.contract.checks import Check
from opensandbox.contract.operations import CASES
from opensandbox.contract.output import Progress, write_table
from opensandbox.contract.results import Level, Outcome, Part, Report, Row
from opensandbox.contract.runner import ALL_CHECKS, Runner
from opensandbox.contract.specs import operations
from opensandbox.contract.world import LABEL, Settings, World
from opensandbox.local import LocalServer
from opensandbox.models import SandboxFilter, SnapshotFilter
from opensandbox.models.templates import TemplateFilter
from tests.support.long import some_of
from tests.support.waiting import until

# The server answers that these are for others to have.
NOT_OFFERED = {"isolatedSessionCommit", "isolatedSessionDiff"}
ROWS = [*CASES, *(check.name for check in ALL_CHECKS), "nothing is left behind"]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(spares=1) as server:
        yield server


@pytest.fixture(scope="module")
def report(server: LocalServer) -> Report:
    return Runner(settings(server), Level.V1_2).run()


def settings(server: LocalServer, language: str = "bash", **more: Any) -> Settings:
    # Bash starts in a tenth of the time that a kernel for Python takes.
    return Settings(domain=server.domain, api_key=server.api_key, language=language, **more)


def test_the_table_has_every_operation_of_the_specs() -> None:
    assert set(CASES) == {operation.name for api in operations().values() for operation in api}


def test_an_operation_is_reached_by_the_sdk_and_the_generated_client_or_says_why_not() -> None:
    without = {name for name, case in CASES.items() if case.sdk is None or case.wire is None}
    assert without == {name for name, case in CASES.items() if case.why}


def test_names_are_told_apart() -> None:
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_the_embedded_server_keeps_the_contract(report: Report, name: str) -> None:
    (row,) = (row for row in report.rows if row.name == name)
    assert row.outcome is (Outcome.NOT_OFFERED if name in NOT_OFFERED else Outcome.SUPPORTED), row


def test_a_run_tries_everything_and_passes(report: Report) -> None:
    assert [row.name for row in report.rows] == ROWS
    assert report.failures() == []
    assert not report.interrupted


@pytest.mark.usefixtures("report")
def test_nothing_is_left_behind(server: LocalServer) -> None:
    assert left(server) == []


def left(server: LocalServer) -> list[str]:
    with SandboxManagerSync(connection_config=server.connection_config_sync()) as manager:
        return [
            *(found.id for found in manager.iter_sandbox_infos(SandboxFilter())),
            *(found.id for found in manager.iter_snapshots(SnapshotFilter())),
            *(found.template_id for found in manager.iter_templates(TemplateFilter())),
        ]


def test_what_ends_a_run_half_way_leaves_nothing_behind(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(world: World) -> None:
        assert world.sandbox
        assert world.snapshot
        assert world.new_template()
        raise SystemExit(7)

    check = Check(Part.ORDER, "it ends", "everything", Level.CORE, False, ends)
    monkeypatch.setattr("opensandbox.contract.runner.ALL_CHECKS", [check])
    with pytest.raises(SystemExit):
        Runner(settings(server), only="it ends").run()
    assert left(server) == []


def test_a_check_that_fails_by_itself_is_a_difference(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Check(Part.ORDER, "it fails", "everything", Level.CORE, False, lambda world: {}["key"])
    monkeypatch.setattr("opensandbox.contract.runner.ALL_CHECKS", [check])
    row, _ = Runner(settings(server), only="it fails").run().rows
    assert (row.outcome, row.details) == (Outcome.DIFFERS, ["KeyError: 'key'"])


@pytest.mark.parametrize(
    "number", some_of([signal.SIGTERM, signal.SIGINT], every=2), ids=lambda number: number.name
)
def test_an_interrupted_run_leaves_nothing_behind(
    server: LocalServer, number: signal.Signals, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "opensandbox.contract", "--json", str(tmp_path / "report.json")]
    with subprocess.Popen(
        [*command, "--only", "the exit code of a command|an interrupt ends"],
        env=environment(server),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        until(lambda: left(server))
        run.send_signal(number)
        out, err = run.communicate()
    assert run.returncode == program.INTERRUPTED, err
    assert "interrupted; what was made is removed" in out
    assert left(server) == []
    assert json.loads((tmp_path / "report.json").read_text())["interrupted"] is True


def test_a_pattern_that_fits_no_row_is_no_success(
    server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, "--only", "none such") == program.CANNOT
    assert "--only 'none such' fits no row" in capsys.readouterr().err


def test_a_file_of_authorities_has_to_be_there(
    server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(server, "--ca", "/no/such.pem")
    assert ended.value.code == 2
    assert "there is no file '/no/such.pem'" in capsys.readouterr().err


def test_an_interrupt_while_things_are_removed_says_what_may_be_left(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(world: World) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("opensandbox.contract.runner.sweep", interrupted)
    assert run(server, "--only", "^ping$") == program.INTERRUPTED
    printed = capsys.readouterr().out
    assert "interrupted a second time" in printed
    assert re.search(rf"something with the label {LABEL}=run-\w+ may be left", printed)


def test_a_domain_that_cannot_be_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--domain", "http://", "--api-key", "key"]) == program.CANNOT
    assert "http://" in capsys.readouterr().err


@pytest.mark.long
def test_code_in_python_is_tried_as_well(server: LocalServer) -> None:
    report = Runner(settings(server, "python"), only="code|Code|context").run()
    assert [row for row in report.rows if row.outcome is not Outcome.SUPPORTED] == []


@pytest.mark.long
@pytest.mark.off_contract("routes that an old daemon does not know are answered in no envelope")
def test_an_old_daemon_keeps_the_core_and_lacks_what_came_later() -> None:
    with LocalServer(manners="old") as server:
        report = Runner(settings(server), Level.CORE).run()
    assert report.failures() == []
    missing = {row.name for row in report.rows if row.outcome is Outcome.MISSING}
    assert {"listDirectory", "isolatedCapabilities", "identityUploadFile"} <= missing
    assert {row.name for row in report.rows if row.outcome is Outcome.DIFFERS} == {
        "a list runs without a shell"
    }


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("with_rich", [True, False], ids=["rich", "without rich"])
def test_a_terminal_gets_lines_in_place_and_a_table(with_rich: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not with_rich:
        monkeypatch.setitem(sys.modules, "rich.console", None)
    rows = [
        Row(Part.ORDER, "an order", "x", Level.CORE, outcome=Outcome.DIFFERS, details=["so"]),
        Row(Part.ORDER, "another", "x", Level.CORE),
    ]
    report = Report("http://127.0.0.1/v1", Level.CORE, f"{LABEL}=run-1", rows)
    file = Terminal()
    progress = Progress(file)
    progress.begin(report)
    for row in rows:
        progress.tell(row)
    progress.end()
    write_table(report, file, everything=False)
    printed = file.getvalue()
    assert "\r\x1b[K2 another: supported" in printed
    assert ("━" in printed) == with_rich
    assert "an order" in printed.split("differs how" if with_rich else "outcome")[1]
    assert printed.endswith("1 supported, 1 differs. level core is broken by 1: an order\n")


def environment(server: LocalServer) -> dict[str, str]:
    return {**os.environ, "OPEN_SANDBOX_DOMAIN": server.domain, "OPEN_SANDBOX_API_KEY": server.api_key}


def run(server: LocalServer, *arguments: str) -> int:
    return program.main(["--domain", server.domain, "--api-key", server.api_key, *arguments])


def test_the_exit_status_is_that_of_the_level(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def differs(world: World) -> None:
        raise AssertionError("by one")

    check = Check(Part.ORDER, "it differs", "everything", Level.V1_1, False, differs)
    monkeypatch.setattr("opensandbox.contract.runner.ALL_CHECKS", [check])
    statuses = [run(server, "--only", "it differs", "--level", level) for level in ("core", "1.1", "1.2")]
    assert statuses == [program.PASSED, program.FAILED, program.FAILED]
    printed = capsys.readouterr().out
    assert re.search(r"order +it differs +1\.1 +differs ✗\n    by one\n", printed)
    assert "level core is kept" in printed
    assert "level 1.1 is broken by 1: it differs" in printed


def test_json_and_junit_hold_every_row(server: LocalServer, tmp_path: Path) -> None:
    paths = (tmp_path / "report.json", tmp_path / "report.xml")
    only = "^(ping|isolatedSessionDiff)$"
    assert run(server, "--only", only, "--json", str(paths[0]), "--junit", str(paths[1])) == program.PASSED
    told = json.loads(paths[0].read_text())
    names = ["ping", "isolatedSessionDiff", "nothing is left behind"]
    assert [row["name"] for row in told["rows"]] == names
    assert told["passed"] is True
    assert told["label"].startswith(f"{LABEL}=run-")
    suites = ET.parse(paths[1]).getroot()
    assert [case.get("name") for case in suites.iter("testcase")] == names
    assert [suite.get("skipped") for suite in suites] == ["1", "0"]
    (skipped,) = suites.iter("skipped")
    assert "not offered" in str(skipped.get("message"))


def test_a_failure_is_one_in_junit(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def differs(world: World) -> None:
        raise AssertionError("a \x1b[31m letter")

    check = Check(Part.ORDER, "it differs", "everything", Level.CORE, False, differs)
    monkeypatch.setattr("opensandbox.contract.runner.ALL_CHECKS", [check])
    path = tmp_path / "report.xml"
    assert run(server, "--only", "it differs", "--junit", str(path)) == program.FAILED
    (failure,) = ET.parse(path).getroot().iter("failure")
    assert failure.text == "a �[31m letter"


@pytest.mark.parametrize(
    ("domain", "key", "words"),
    [("127.0.0.1:9", "key", "cannot be reached"), (None, "wrong", "refuses the key")],
    ids=["nowhere", "wrong key"],
)
def test_a_server_that_cannot_be_tried_is_told_at_once(
    server: LocalServer, domain: str | None, key: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["--domain", domain or server.domain, "--api-key", key]) == program.CANNOT
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "given", [["--level", "2"], ["--patience", "0"], ["--patience", "x"], ["--lev", "core"]]
)
def test_arguments_that_mean_nothing_are_refused(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(given)
    assert ended.value.code == program.CANNOT
    assert given[0] in capsys.readouterr().err
