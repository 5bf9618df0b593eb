"""The public names, parameters, defaults and behaviour that existing programs rely on.

`surface_1_1_1.json` and `surface_1_2.json` record them, one line a name (`records.py`), `diff_surface.py` compares. `allow.txt` lists, with reasons, where the
package differs on purpose, `allow_1_1_1.txt` where 1.2 itself does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.surface import records

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


# Added to the record before the comparison: one name that no package has.
FICTION = "name: opensandbox.constants.NO_SUCH_PORT"


SIDECAR_LOOKUP = "/endpoints/18080?"
STARTS = ("connect", "create", "resume")
USES_SIDECAR = (
    "get_egress_policy",
    "patch_egress_rules",
    "delete_egress_rules",
    "vault.create",
    "vault.get",
    "vault.patch",
    "vault.delete",
    "vault.list",
    "ports.patch.sidecar",
    "ports.delete.sidecar",
    "ports.read.sidecar",
)
ALLOWED = {"1_1_1": ["allow.txt", "allow_1_1_1.txt"], "1_2": ["allow.txt"]}


def meant(wire: dict[str, dict[str, Any]]) -> None:
    """Rewrite the recorded requests where ours differ on purpose, so that all others are compared as they are.

    Nothing tells the server the client's own address, the egress sidecar is looked up when it is first used, and owners
    that nobody named are left out.
    """
    for name, scenario in wire.items():
        requests = scenario["requests"]
        side, _, case = name.partition("/")
        case = case.removeprefix("1.2.")
        if case.startswith(STARTS):
            requests[:] = [request for request in requests if SIDECAR_LOOKUP not in request["line"]]
        elif case.startswith(USES_SIDECAR) and requests:
            line = f"GET http://api.test/v1/sandboxes/sb{SIDECAR_LOOKUP}use_server_proxy=false"
            requests.insert(0, {**wire[f"{side}/get_info"]["requests"][0], "line": line})
        if case.startswith("wake."):
            count_retries_alike(scenario["outcome"])
        for request in requests:
            if "client-ip" in request["headers"]:
                request["headers"]["client-ip"] = "absent"
            if "files." in case:
                request["body"] = without_owners_of_nobody(request.get("body"))


def count_retries_alike(outcome: dict[str, Any]) -> None:
    """Let a retry callback hear how many retries there were before, whatever for: the record counts two ways."""
    for event in outcome.get("returns", [None, []])[1]:
        event[1] = event[0] - 2


def without_owners_of_nobody(body: Any) -> Any:
    """Leave `owner` and `group` out where they are null: the protocol has no null there."""
    if isinstance(body, dict):
        return {
            key: without_owners_of_nobody(value)
            for key, value in body.items()
            if value is not None or key not in ("owner", "group")
        }
    return [without_owners_of_nobody(item) for item in body] if isinstance(body, list) else body


# What 1.2 has is nearly all that 1.1.1 had, so `make test` compares with the newer record alone.
@pytest.fixture(scope="module", params=[pytest.param("1_1_1", marks=pytest.mark.long), "1_2"])
def comparison(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[dict[str, str]]]:
    record = json.loads((HERE / f"surface_{request.param}.json").read_text())
    meant(record["wire"])
    record["modules"]["opensandbox.constants"]["names"]["NO_SUCH_PORT"] = "opensandbox.constants.NO_SUCH_PORT"
    record["objects"]["opensandbox.constants.NO_SUCH_PORT"] = {
        "kind": "constant",
        "type": "int",
        "value": "1",
    }
    given = tmp_path_factory.mktemp("surface") / "surface.json"
    given.write_text(json.dumps(record))
    return compared(given, ALLOWED[request.param])


def compared(given: Path, lists: list[str]) -> dict[str, list[dict[str, str]]]:
    """Return what the program finds between a record and this package."""
    command = [sys.executable, str(HERE / "diff_surface.py"), str(given), "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
    # The probes set the variables that they are about; those of the machine would answer for them.
    for name in ("OPEN_SANDBOX_API_KEY", "OPEN_SANDBOX_DOMAIN", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        environment.pop(name, None)
        environment.pop(name.lower(), None)
    allowed = given.with_name("allow.txt")
    allowed.write_text("".join((HERE / name).read_text() for name in lists))
    done = subprocess.run(
        [*command, "--allow", str(allowed)], env=environment, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", ["surface_1_1_1.json", "surface_1_2.json", "importable.json"])
def test_a_record_has_one_line_a_name(name: str) -> None:
    text = (HERE / name).read_text()
    assert text == records.written(json.loads(text))


def named(items: list[dict[str, str]]) -> dict[str, str]:
    return {f"{item['category']}: {item['item']}": item["detail"] for item in items}


def test_nothing_of_the_record_is_missing(comparison):
    missing = named(comparison["missing"])
    del missing[FICTION]
    assert missing == {}


@pytest.mark.long
def test_nothing_of_the_record_as_it_is_is_missing_but_what_the_lists_name(tmp_path: Path) -> None:
    record = shutil.copy(HERE / "surface_1_2.json", tmp_path)
    assert named(compared(Path(record), ["allow.txt", "allow_as_recorded.txt"])["missing"]) == {}


def test_the_comparison_notices_what_is_missing(comparison):
    assert FICTION in named(comparison["missing"])
