"""Times on the wire: what can be read is, and what cannot is an unreadable answer that names the member."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from opensandbox_api.execd.models import CommandStatusResponse
from opensandbox_api.times import read_time

from opensandbox import SandboxManagerSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxApiException

ROOT = Path(__file__).parents[2]
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T00:00:00Z", NEW_YEAR),
        ("2026-01-01T02:00:00+02:00", NEW_YEAR.astimezone(timezone(timedelta(hours=2)))),
        ("2026-01-01T00:00:00.123456789Z", NEW_YEAR.replace(microsecond=123456)),
        ("2026-01-01T00:00:00", datetime(2026, 1, 1)),
        ("2026-01-01T00:00:00z", NEW_YEAR),
        ("2025-12-31T24:00:00Z", NEW_YEAR),
        (" 2026-01-01T00:00:00Z\n", NEW_YEAR),
        ("2026-01-01 00:00:00 +0000 UTC", NEW_YEAR),
        ("2026-01-01 00:00:00.5 +0000 UTC m=+0.000123", NEW_YEAR.replace(microsecond=500000)),
        ("2026-01-01 02:00:00 +0200 CEST", NEW_YEAR),
        ("2025-12-31 21:00:00 -0300 -03", NEW_YEAR),
        ("Thu, 01 Jan 2026 00:00:00 GMT", NEW_YEAR),
        ("Thu, 01 Jan 2026 02:00:00 +0200", NEW_YEAR),
        ("Thu, 01 Jan 2026 02:00:00 +0200 (CEST)", NEW_YEAR),
        ("2026-01-01 00:00:00 UTC", NEW_YEAR),
    ],
)
def test_a_time_is_read_whatever_its_notation(text: str, expected: datetime) -> None:
    found = read_time("createdAt", text)
    assert (found, found.utcoffset()) == (expected, found.utcoffset())
    assert (found.tzinfo is None) == (expected.tzinfo is None)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "10",
        "10 UTC",
        "January 1",
        "Thu, 01 Jan 2026 00:00:00",  # no zone, and not ISO 8601
        "Thu, 01 Jan 2026 00:00:00 EST",  # a name that stands for several zones
        "2026-13-01T00:00:00Z",
        "2026-01-01T00:00:00Z and more",
        1767225600,
        True,
        {"seconds": 1767225600},
    ],
)
def test_what_is_no_time_is_an_error_that_names_the_member(value: object) -> None:
    with pytest.raises(ValueError, match=r"^createdAt is no time"):
        read_time("createdAt", value)


def test_a_member_that_may_be_null_is_read_as_a_time_too() -> None:
    answer = {
        "id": "c",
        "started_at": "2026-01-01 00:00:00 +0000 UTC",
        "finished_at": "Thu, 01 Jan 2026 00:00:00 GMT",
    }
    found = CommandStatusResponse.from_dict(answer)
    assert (found.started_at, found.finished_at) == (NEW_YEAR, NEW_YEAR)
    with pytest.raises(ValueError, match="finished_at is no time"):
        CommandStatusResponse.from_dict({**answer, "finished_at": "soon"})
    assert not CommandStatusResponse.from_dict({**answer, "finished_at": None}).finished_at


def answering(created_at: object) -> SandboxManagerSync:
    record = {"id": "s", "status": {"state": "Running"}, "entrypoint": ["sh"], "createdAt": created_at}
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, headers={"X-Request-ID": "r-1"}, json=record)
    )
    return SandboxManagerSync.create(
        ConnectionConfigSync(domain="sandboxes.example.com", api_key="k", transport=transport)
    )


def test_a_call_returns_the_time_that_go_prints() -> None:
    with answering("2026-01-01 00:00:00 +0000 UTC") as manager:
        assert manager.get_sandbox_info("s").created_at == NEW_YEAR


def test_a_call_whose_answer_has_an_unreadable_time_says_which_one() -> None:
    with (
        answering("soon") as manager,
        pytest.raises(SandboxApiException, match="createdAt is no time") as caught,
    ):
        manager.get_sandbox_info("s")
    assert caught.value.status_code == 200
    assert caught.value.request_id == "r-1"


def test_there_is_no_other_place_where_a_time_is_read() -> None:
    sources = [
        *ROOT.glob("generated/**/*.py"),
        *ROOT.glob("opensandbox/_async/**/*.py"),
        *ROOT.glob("opensandbox/_core/**/*.py"),
    ]
    readers = {
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(r"fromisoformat|strptime|isoparse|dateutil", path.read_text())
    }
    assert readers == {"generated/opensandbox_api/times.py"}


def test_the_usual_notation_loads_no_dateutil() -> None:
    program = (
        "import json, sys; from opensandbox_api.times import read_time; read_time('t', '2026-01-01T00:00:00Z');"
        "early = 'dateutil' in sys.modules; read_time('t', '2025-12-31T24:00:00Z');"
        "print(json.dumps([early, 'dateutil' in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "generated", capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [False, True]
