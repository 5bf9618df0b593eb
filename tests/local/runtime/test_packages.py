"""The layer of packages, and pip on top of it, for servers of root and of ordinary users."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.runtime.boxes import MAINLY, BoxHost, box_host
from tests.support.package_index import SHARED, package_index, wheel

PACKAGES = ("case-tool==1.0",)


@pytest.fixture(scope="module", params=MAINLY)
def host(request: pytest.FixtureRequest) -> Iterator[BoxHost]:
    with package_index() as index, pytest.MonkeyPatch.context() as patch:
        index.add("case-tool", "1.0", requires="case-library")
        index.add("case-library", "3.0")
        for name, value in index.settings().items():
            patch.setenv(name, value)
        patch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
        with box_host(request.param, spares=1, packages=PACKAGES) as running:
            yield running


def test_programs_modules_and_other_files_are_where_they_belong(host: BoxHost) -> None:
    sandbox = host.launch()
    assert sandbox.run("case-tool") == "1.0"
    prefix = sandbox.run("python3 -c 'import sysconfig; print(sysconfig.get_path(\"data\"))'")
    assert sandbox.run(f"cat {prefix}/{SHARED}/case-tool.1") == "case-tool 1.0"
    assert sandbox.run("stat -c %U $(command -v case-tool)") == "root"


def test_pip_goes_on_from_there(host: BoxHost) -> None:
    sandbox = host.launch()
    file = "/tmp/case_tool-2.0-py3-none-any.whl"
    body = wheel("case-tool", "2.0").hex()
    sandbox.run(f'python3 -c \'open("{file}", "wb").write(bytes.fromhex("{body}"))\'')
    sandbox.run(f"pip install --no-index {file}")
    assert sandbox.run("case-tool") == "2.0"
    sandbox.run("pip uninstall --yes case-tool case-library")
    assert "case" not in sandbox.run("pip list")
    assert host.launch().run("case-tool") == "1.0"


def test_the_machine_has_none_of_it(host: BoxHost) -> None:
    assert host.launch().run("command -v case-tool")
    assert [
        found
        for place in ("bin", "local/bin", f"local/{SHARED}")
        for found in Path("/usr", place).glob("case-*")
    ] == []


def test_a_snapshot_lies_on_top_of_them(host: BoxHost) -> None:
    sandbox = host.launch()
    sandbox.run("pip uninstall --yes case-tool")
    target = str(host.place / "snapshot")
    host.call("snapshot", sandbox.id, target)
    try:
        restored = host.launch(layers=[target])
        assert restored.run("pip list | grep -c case-") == "1"
        restored.fails("case-tool")
    finally:
        host.call("remove_tree", target)
