"""The wheel, in an environment of its own: what a user gets by `pip install`, away from this checkout."""

from __future__ import annotations

import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from opensandbox.local import LocalServer
from tests.support.installed import USES, DoesNotWork, Installed, built, new_environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("dist"), "wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    directory = tmp_path_factory.mktemp("environment") / "with blanks and ä"
    new_environment(directory, [f"opensandbox[local] @ {wheel.as_uri()}", "pytest"])
    return Installed(directory, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_users_do_works_from_the_wheel(use: Callable[[Installed], None], installed: Installed) -> None:
    use(installed)


@pytest.mark.long
def test_an_environment_of_links_works_as_well(wheel: Path, tmp_path: Path) -> None:
    directory = tmp_path / "environment"
    new_environment(directory, [f"opensandbox[local] @ {wheel.as_uri()}"], installer="uv by links")
    USES["command line"](Installed(directory, tmp_path))


def test_the_package_is_the_installed_one(installed: Installed) -> None:
    printed = installed.run(
        "python",
        "-c",
        "import opensandbox, opensandbox_api; print(opensandbox.__file__, opensandbox_api.__file__)",
    )
    assert printed.count(f"{installed.directory}/lib/") == 2


def test_the_sdist_builds_the_same_wheel_and_holds_no_tests(wheel: Path, tmp_path: Path) -> None:
    sdist = built(tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert not {"tests", "scripts"} & tops
    [source] = tmp_path.glob("opensandbox-*")
    assert contents(built(tmp_path / "again", "wheel", source)) == contents(wheel)


@pytest.mark.long
def test_the_contract_is_tried_from_the_wheel(
    wheel: Path, installed: Installed, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("contract") / "environment"
    new_environment(directory, [f"opensandbox[contract] @ {wheel.as_uri()}"])
    report = tmp_path / "report.json"
    with LocalServer() as server:
        printed = Installed(directory, tmp_path).run(
            *(
                "python",
                "-m",
                "opensandbox.contract",
                "--domain",
                server.domain,
                "--only",
                "^(ping|get_policy)$",
            ),
            *("--json", report, "--level", "1.2"),
            OPEN_SANDBOX_API_KEY=server.api_key,
        )
    assert "level 1.2 is kept" in printed
    assert [row["name"] for row in json.loads(report.read_text())["rows"]][:2] == ["ping", "get_policy"]

    with pytest.raises(DoesNotWork) as without:
        installed.run("python", "-m", "opensandbox.contract")
    assert "exit status 2" in str(without.value)
    assert 'pip install "opensandbox[contract]"' in str(without.value)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
