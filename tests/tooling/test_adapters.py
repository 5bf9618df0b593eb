"""The job that tries adapters has all it needs, and counts what did not pass. The frameworks are tried by `make test-matrix`."""

from __future__ import annotations

import io
import tomllib
from xml.etree import ElementTree

import pytest

from scripts.matrix.adapters import ADAPTERS, Adapter, programs, summary
from tests.support.installed import ROOT

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><skipped type="pytest.xfail" message="root may read"/></testcase>
<testcase name="d"><skipped type="pytest.xfail" message="root may read"/></testcase>
</testsuite></testsuites>"""


def test_what_cannot_pass_is_counted_with_its_reason() -> None:
    assert summary(ElementTree.parse(io.StringIO(REPORT))) == "2 of 4 cases; 2: root may read"


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.extra)
def test_adapter_has_versions_a_suite_a_program_and_an_extra(adapter: Adapter) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert adapter.extra.replace("_", "-") in extras
    assert adapter.package in adapter.name
    assert adapter.suite.exists()
    assert programs(adapter)
