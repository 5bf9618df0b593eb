"""What both packages make of the same faults: `python -m scripts.bench faults`.

Every cell is a process of its own: `programs/faults.py`, against a deployment that has been told to misbehave. What the
client has seen and what the deployment has seen make up the words; nothing here knows what to expect.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from scripts.bench.fault_cases import Case, Elsewhere, Seen, Stage
from scripts.bench.subjects import Subject
from tests.support.deployment import Deployment

FORMS = ("async", "blocking")
PATIENCE = 40.0
"""Seconds for a process: nothing here takes a quarter of that, also on a busy machine, unless it never ends."""
AFTERMATH = 1.0
"""Seconds from the interrupt of a client to the answer that it was waiting for."""
AT_ONCE = 4


def measure(case: Case, subject: Subject, form: str) -> str:
    """Return in words what one client makes of one fault."""
    with Deployment() as deployment, Elsewhere() as elsewhere:
        stage = Stage(deployment, elsewhere)
        case.prepare(stage)
        with subject.start("faults", form, case.action, deployment.address) as process:
            return case.tell(_wait(process, stage), stage)


def table(cases: Sequence[Case], subjects: Sequence[Subject]) -> str:
    """Return the outcomes as a table in Markdown, a row for each fault and a column for each package."""
    cells = [(case, subject, form) for case in cases for subject in subjects for form in FORMS]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = list(threads.map(lambda cell: measure(*cell), cells))
    rows = []
    width = len(subjects) * len(FORMS)
    for number, case in enumerate(cases):
        of_row = outcomes[number * width : (number + 1) * width]
        pairs = [of_row[first : first + len(FORMS)] for first in range(0, width, len(FORMS))]
        rows.append((case.fault, *map(_both, pairs)))
    titles = (
        ("Fault", "This package") if len(subjects) == 1 else ("Fault", "Published package", "This package")
    )
    return _markdown((titles, tuple("---" for _ in titles), *rows))


def _wait(process: subprocess.Popen[bytes], stage: Stage) -> Seen:
    try:
        if stage.interrupt_at is not None:
            _interrupt(process, stage)
        printed, complaints = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {}
    if process.returncode:
        raise SystemExit(complaints.decode())
    return dict(json.loads(printed))


def _interrupt(process: subprocess.Popen[bytes], stage: Stage) -> None:
    gate, end = stage.interrupt_at, time.monotonic() + PATIENCE
    assert gate is not None
    while not gate.reached and process.poll() is None and time.monotonic() < end:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    process.send_signal(signal.SIGINT)
    time.sleep(AFTERMATH)
    gate.open()
    if not stage.went_on.wait(PATIENCE):
        raise SystemExit("the deployment did not go on after the interrupt")


def _both(outcomes: Sequence[str]) -> str:
    if len(set(outcomes)) == 1:
        return outcomes[0]
    return "<br>".join(f"{form}: {outcome}" for form, outcome in zip(FORMS, outcomes, strict=True))


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
