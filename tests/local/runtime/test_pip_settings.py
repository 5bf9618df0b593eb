"""What pip is told when it installs packages for every sandbox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opensandbox.local.runtime.pip_settings import pip_settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_only_what_concerns_pip_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example.com/simple/")
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    for name in ("PIP_TARGET", "PIP_USER", "PYTHONPATH", "LD_LIBRARY_PATH", "OPEN_SANDBOX_API_KEY", "TOKEN"):
        monkeypatch.setenv(name, "/elsewhere")
    environment = pip_settings().environment()
    assert environment["PIP_INDEX_URL"] == "https://index.example.com/simple/"
    assert environment["https_proxy"] == "http://proxy.example.com:3128"
    assert "/elsewhere" not in environment.values()


def test_places_are_those_that_settings_and_requirements_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [home / name for name in ("authority.pem", "links", "with blank.whl", ".netrc", "other links")]
    for place in named:
        place.mkdir() if "links" in place.name else place.write_text("")
    monkeypatch.setenv("PIP_CERT", str(named[0]))
    monkeypatch.setenv("PIP_FIND_LINKS", "~/links https://index.example.com/usr/bin /etc /absent/links")
    (home / ".pip").mkdir()
    config = home / ".pip/pip.conf"
    config.write_text(f"[install]\nfind-links = {named[4]}\n")
    (home / "unnamed").write_text("")
    places = pip_settings().places([f"package @ {named[2].as_uri()}"])
    # The machine may have settings for all its users as well.
    assert [place for place in places if place.is_relative_to(home)] == sorted([*named, config])
    assert not {Path("/etc"), Path("/usr/bin"), Path("/absent/links")} & set(places)


def test_what_says_where_packages_come_from_tells_settings_apart(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pip_settings().texts()
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text("[global]\n")
    configured = pip_settings().texts()
    monkeypatch.setenv("PIP_PRE", "1")
    assert len({*map(tuple, (before, configured, pip_settings().texts()))}) == 3


@pytest.mark.parametrize("home", ["/", "/usr/sbin", ""])
def test_a_home_that_would_hide_programs_is_none(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", home)
    assert pip_settings().home == Path("/root")
