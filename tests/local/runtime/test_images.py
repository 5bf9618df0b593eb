"""A directory on disk as the root: `image_root`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import MAINLY, BoxHost, Sandbox, box_host
from tests.support.images import PROGRAMS, make_image, make_python_image
from tests.support.package_index import wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "import sys; print(sys.version_info[:3], sys.prefix)"


@pytest.fixture(scope="module", params=MAINLY)
def host(request: pytest.FixtureRequest) -> Iterator[BoxHost]:
    with box_host(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def image(host: BoxHost) -> Path:
    """A root of its own, belonging to whoever started the host."""
    return given_to(host, make_image(host.place / "image"))


@pytest.fixture(scope="module")
def python_image(host: BoxHost) -> Path:
    """One with a Python that has no pip and refuses it, beside other programs by the names `python` and `pip`."""
    return given_to(host, make_python_image(host.place / "python-image"))


def given_to(host: BoxHost, root: Path) -> Path:
    if host.as_user and os.geteuid() == 0:
        subprocess.run(["chown", "-R", "--reference", str(host.place), str(root)], check=True)
    return root


def test_an_image_replaces_the_programs_of_the_machine(host: BoxHost, image: Path) -> None:
    sandbox = host.launch(image_root=str(image))
    assert sandbox.run("cat /etc/motd; id -u") == "from the image\n0"
    assert set(sandbox.run("ls /usr/bin").split()) == {*PROGRAMS, "bash"}
    sandbox.run("rm /etc/motd; touch /usr/bin/new /workspace/new")
    assert (image / "etc/motd").read_text() == "from the image\n"
    assert not (image / "usr/bin/new").exists()
    assert not (image / "workspace").exists()


def test_a_snapshot_stacks_on_its_image(host: BoxHost, image: Path) -> None:
    sandbox, target = host.launch(image_root=str(image)), host.place / "image-snapshot"
    sandbox.run("rm /etc/motd; touch /workspace/new")
    host.call("snapshot", sandbox.id, str(target))
    assert (
        host.launch(image_root=str(image), layers=[str(target)])
        .run("ls /workspace; ls /etc/motd || true")
        .startswith("new")
    )
    host.call("remove_tree", str(target))


def install_package(sandbox: Sandbox) -> None:
    file, body = "/tmp/case_tool-1.0-py3-none-any.whl", wheel("case-tool", "1.0").hex()
    sandbox.run(f'python3 -c \'open("{file}", "wb").write(bytes.fromhex("{body}"))\'')
    sandbox.run(f"pip install --no-index {file}")
    assert sandbox.run("python -c 'import case_tool; print(case_tool.VERSION)'; case-tool") == "1.0\n1.0"
    sandbox.run(
        "pip install --no-index --force-reinstall /tmp/*.whl; python3 -m pip uninstall --yes case-tool"
    )
    sandbox.fails("case-tool")


def test_the_python_of_an_image_is_the_one(host: BoxHost, python_image: Path) -> None:
    sandbox = host.launch(image_root=str(python_image))
    seen = {sandbox.run(f"{name} -c '{VERSION}'") for name in ("python", "python3")}
    assert len(seen) == 1
    assert "/opt/opensandbox" not in sandbox.run("python3 -c 'import sys; print(sys.path)'")
    assert "another" not in sandbox.run("pip --version")
    install_package(sandbox)
    assert (python_image / "usr/bin/pip").is_file()
    assert not list(python_image.rglob("case_*"))


@pytest.mark.long
def test_an_image_without_python_has_the_servers(host: BoxHost, image: Path) -> None:
    sandbox = host.launch(image_root=str(image))
    seen = {sandbox.run(f"{name} -c '{VERSION}'") for name in ("python", "python3")}
    assert seen == {f"{sys.version_info[:3]} /usr/local"}
    assert "/opt/opensandbox/python/lib" in sandbox.run("python3 -c 'import sys; print(sys.path)'")
    assert "site-packages" not in sandbox.run("python3 -c 'import sys; print(sys.path[:-1])'")
    for module in ("pydantic", "opensandbox", "h11"):
        assert "ModuleNotFoundError" in sandbox.fails(f"python3 -c 'import {module}'")
    install_package(sandbox)


def test_spares_and_images_have_a_path_without_the_daemon(host: BoxHost, image: Path) -> None:
    assert "opensandbox" not in host.launch().run("echo $PATH")
    assert "opensandbox" not in host.launch(image_root=str(image)).run("echo $PATH")


@pytest.mark.long
def test_an_image_keeps_a_start_script_of_its_own(host: BoxHost, image: Path) -> None:
    script = "/opt/code-interpreter/code-interpreter.sh"
    assert "tail -f /dev/null" in host.launch(image_root=str(image)).run(f"cat {script}")
    own = image / script.lstrip("/")
    own.parent.mkdir(parents=True)
    own.write_text("own\n")
    assert host.launch(image_root=str(image)).run(f"cat {script}") == "own"
