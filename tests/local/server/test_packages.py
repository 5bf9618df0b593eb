"""`packages`: what pip installs for every sandbox of a server, from an index of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from opensandbox import SandboxSync
from opensandbox.local import LocalServer
from opensandbox.local.server import LocalServerError
from opensandbox.models import NetworkPolicy, NetworkRule
from tests.support.images import make_image, make_python_image
from tests.support.package_index import PackageIndex, file_name, package_index, wheel, written
from tests.support.waiting import until

INDEX = "index.example.com"
USE = "import case_tool, sys; print(case_tool.VERSION, sys.version_info[:3])"


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with package_index() as running:
        running.add("case-tool", "1.0", requires="case-library")
        running.add("case-tool", "2.0", requires="case-library")
        running.add("case-library", "3.0")
        yield running


@pytest.fixture
def cache(index: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the user's caches; pip's settings lead to the index."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name, value in index.settings().items():
        monkeypatch.setenv(name, value)
    return tmp_path


@contextmanager
def sandbox_of(server: LocalServer, **options: object) -> Iterator[SandboxSync]:
    config = server.connection_config_sync()
    with SandboxSync.ephemeral("ubuntu", connection_config=config, **options) as sandbox:  # type: ignore[arg-type]
        yield sandbox


def versions(sandbox: SandboxSync) -> set[str]:
    """What each way to run Python in a sandbox says of `case-tool`; one entry where all agree."""
    said = {sandbox.commands.run([name, "-c", USE], check=True).text for name in ("python", "python3")}
    said.add(sandbox.code.run(USE, check=True).text.strip())
    return {text.split()[0] for text in said} if len(said) == 1 else said


def listed(sandbox: SandboxSync) -> list[str]:
    """What each way to ask pip lists of the packages of this test."""
    shown = [sandbox.commands.run(pip, check=True).text for pip in ("pip list", "python3 -m pip list")]
    shown.append(sandbox.code.run("%pip list", check=True).text)
    return [" ".join(line.split()) for text in shown for line in text.splitlines() if line.startswith("case")]


def test_every_sandbox_has_them_and_they_are_installed_once(index: PackageIndex, cache: Path) -> None:
    with (
        LocalServer(packages=["case-tool==1.0"]) as server,
        sandbox_of(server) as warm,
        sandbox_of(server) as other,
    ):
        assert versions(warm) == versions(other) == {"1.0"}
        assert listed(warm) == ["case-library 3.0", "case-tool 1.0"] * 3
        assert warm.commands.run("case-tool", check=True).text == "1.0"
    assert index.sent == ["case_tool-1.0-py3-none-any.whl", "case_library-3.0-py3-none-any.whl"]
    index.asked.clear()
    with LocalServer(packages=["case-tool == 1.0"], spares=0) as server, sandbox_of(server) as sandbox:
        assert versions(sandbox) == {"1.0"}
    assert index.asked == []
    assert len(written(cache)) == 1


@pytest.mark.long
def test_the_order_of_requirements_makes_no_difference(index: PackageIndex, cache: Path) -> None:
    for packages in (["case-library", "case-tool"], ["case-tool", "case-library", "case-tool"]):
        with LocalServer(packages=packages, spares=0):
            assert len(index.sent) == 2
    assert len(written(cache)) == 1


@pytest.mark.long
def test_another_index_is_asked_anew(
    index: PackageIndex, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalServer(packages=["case-library"], spares=0):
        pass
    with package_index() as other:
        other.add("case-library", "4.0")
        settings = other.settings()
        monkeypatch.setenv("PIP_INDEX_URL", settings["PIP_INDEX_URL"])
        with LocalServer(packages=["case-library"], spares=0) as server, sandbox_of(server) as sandbox:
            assert listed(sandbox) == ["case-library 4.0"] * 3
    assert len(written(cache)) == 2


@pytest.mark.long
def test_a_file_is_installed_anew_when_it_has_changed(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "case_tool-1.0-py3-none-any.whl"
    for requires in ("case-library", "case-library>=2"):
        file.write_bytes(wheel("case-tool", "1.0", requires=requires))
        packages = [f"case-tool @ {file.as_uri()}"]
        with LocalServer(packages=packages, spares=0) as server, sandbox_of(server) as sandbox:
            assert versions(sandbox) == {"1.0"}
    assert len(written(cache)) == 2


@pytest.mark.long
def test_a_sandbox_may_replace_and_remove_them_for_itself(cache: Path) -> None:
    with LocalServer(packages=["case-tool==1.0"]) as server:
        with sandbox_of(server) as sandbox:
            sandbox.files.write_file("/tmp/case_tool-2.0-py3-none-any.whl", wheel("case-tool", "2.0"))
            sandbox.commands.run("pip install --no-index /tmp/case_tool-2.0-py3-none-any.whl", check=True)
            assert versions(sandbox) == {"2.0"}
            sandbox.commands.run("pip uninstall --yes case-library", check=True)
            assert listed(sandbox) == ["case-tool 2.0"] * 3
        with sandbox_of(server) as other:
            assert versions(other) == {"1.0"}
            assert len(listed(other)) == 6


def test_pip_inside_reaches_the_one_index_that_the_policy_allows(index: PackageIndex) -> None:
    policy = NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target=INDEX)])
    places = dict.fromkeys([INDEX, "other.example.com"], f"127.0.0.1:{index.port}")
    index.port = 80
    with (
        LocalServer(resolve=places) as server,
        sandbox_of(server, network_policy=policy, env=dict(index.settings(INDEX))) as sandbox,
    ):
        sandbox.code.run("before = 1", check=True)
        sandbox.files.write_file("/workspace/y.py", USE)
        installed = sandbox.commands.run("pip install case-tool==1.0 && python y.py", check=True)
        assert installed.text.splitlines()[-1].startswith("1.0")
        assert versions(sandbox) == {"1.0"}
        sandbox.code.run("%pip install --upgrade case-tool", check=True)
        assert listed(sandbox) == ["case-library 3.0", "case-tool 2.0"] * 3
        refused = sandbox.commands.run(
            "pip install --force-reinstall --index-url http://other.example.com/simple/ case-tool"
        )
        assert refused.exit_code != 0
        assert listed(sandbox) == ["case-library 3.0", "case-tool 2.0"] * 3
    assert set(index.sent) == {file for files in index.wheels.values() for file in files}


@pytest.mark.long
@pytest.mark.parametrize("make", [make_image, make_python_image])
def test_named_images_have_them_too(
    index: PackageIndex, cache: Path, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    image = make(tmp_path / "image")
    for _ in range(2):
        with LocalServer(images={"own": image}, packages=["case-tool==1.0"], spares=0) as server:
            config = server.connection_config_sync()
            with SandboxSync.ephemeral("own", connection_config=config) as sandbox:
                assert versions(sandbox) == {"1.0"}
                assert sandbox.commands.run("case-tool", check=True).text == "1.0"
                sandbox.files.write_file("/tmp/case_tool-2.0-py3-none-any.whl", wheel("case-tool", "2.0"))
                sandbox.code.run("%pip install --no-index /tmp/case_tool-2.0-py3-none-any.whl", check=True)
                assert listed(sandbox) == ["case-library 3.0", "case-tool 2.0"] * 3
            with sandbox_of(server) as other:
                assert versions(other) == {"1.0"}
    # Once for the machine's programs and once for the image; nothing but packages is kept.
    assert len(index.sent) == 4
    assert len(written(cache)) == 2
    assert {path.name for layer in cache.glob("opensandbox/packages/*/") for path in layer.iterdir()} == {
        "usr"
    }


PLANT = """
import os
if "PIP_CACHE_DIR" in os.environ:
    open(os.environ["PIP_CACHE_DIR"] + "/planted", "w").close()
"""


@pytest.mark.long
def test_what_the_python_of_an_image_writes_to_the_cache_of_pip_goes(
    index: PackageIndex, cache: Path, tmp_path: Path
) -> None:
    image = make_python_image(tmp_path / "image")
    (module,) = image.rglob("optparse.py")  # one that pip imports
    with module.open("a") as program:
        program.write(PLANT)
    with LocalServer(images={"own": image}, packages=["case-tool==1.0"], spares=0) as server:
        config = server.connection_config_sync()
        with SandboxSync.ephemeral("own", connection_config=config) as sandbox:
            assert versions(sandbox) == {"1.0"}
    assert (cache / "pip").is_dir()
    assert list(cache.rglob("planted")) == []


@pytest.mark.long
def test_code_in_an_image_without_python_has_pip_too(tmp_path: Path) -> None:
    image = make_image(tmp_path / "image")
    with LocalServer(images={"small": image}, spares=0) as server:
        config = server.connection_config_sync()
        with SandboxSync.ephemeral("small", connection_config=config) as sandbox:
            sandbox.files.write_file("/tmp/case_tool-1.0-py3-none-any.whl", wheel("case-tool", "1.0"))
            sandbox.code.run(
                "before = 1\n%pip install --no-index /tmp/case_tool-1.0-py3-none-any.whl", check=True
            )
            assert (
                sandbox.code.run("import case_tool; (case_tool.VERSION, before)").result[0].text
                == "('1.0', 1)"
            )
            assert listed(sandbox) == ["case-tool 1.0"] * 3


@pytest.mark.long
def test_pip_has_its_configuration_and_what_that_names(
    index: PackageIndex, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in index.settings():
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config/pip").mkdir(parents=True)
    for number, version in enumerate(("5.0", "6.0"), 1):
        wheels = tmp_path / f"wheels-{number}"
        wheels.mkdir()
        (wheels / file_name("case-library", version)).write_bytes(wheel("case-library", version))
        settings = f"[global]\nno-index = true\nuser = true\nfind-links = {wheels}\n"
        (tmp_path / "config/pip/pip.conf").write_text(settings)
        with LocalServer(packages=["case-library"], spares=0) as server, sandbox_of(server) as sandbox:
            assert listed(sandbox) == [f"case-library {version}"] * 3
        assert len(written(cache)) == number


@pytest.mark.long
def test_where_the_cache_cannot_be_used_the_state_directory_keeps_them(
    index: PackageIndex, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    state = tmp_path / "state"
    for _ in range(2):
        with LocalServer(packages=["case-library"], spares=0, state_dir=state) as server:
            with sandbox_of(server) as sandbox:
                assert listed(sandbox) == ["case-library 3.0"] * 3
            assert len(index.sent) == 1
    assert len(list((state / "packages").glob("*/usr"))) == 1


@pytest.mark.long
def test_two_servers_at_once_install_once(index: PackageIndex, cache: Path) -> None:
    index.open.clear()

    def start() -> None:
        with LocalServer(packages=["case-library"], spares=0) as server, sandbox_of(server) as sandbox:
            assert listed(sandbox) == ["case-library 3.0"] * 3

    with ThreadPoolExecutor(2) as threads:
        servers = [threads.submit(start) for _ in range(2)]
        until(lambda: index.sent)
        index.open.set()
        for server in servers:
            server.result()
    assert index.sent == ["case_library-3.0-py3-none-any.whl"]
    assert len(written(cache)) == 1


def test_what_cannot_be_installed_says_why_and_leaves_nothing(cache: Path) -> None:
    with pytest.raises(LocalServerError) as failed:
        LocalServer(packages=["case-tool", "case-nothing>=7"], spares=0).start()
    message = str(failed.value)
    assert (
        "packages: cannot install case-nothing>=7 case-tool for the programs of this machine (/usr/"
        in message
    )
    assert "No matching distribution found for case-nothing>=7" in message
    assert "pip config list" in message
    assert written(cache) == []


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_server_that_ends_while_it_installs_leaves_nothing_that_is_used(
    index: PackageIndex, cache: Path, tmp_path: Path, end: signal.Signals
) -> None:
    index.open.clear()
    arguments = ["--port", "0", "--state-dir", str(tmp_path / "state"), "--packages", "case-library"]
    with command(*arguments) as server:
        until(lambda: index.sent)
        server.send_signal(end)
        assert server.wait() == (0 if end is signal.SIGTERM else -end)
    if end is signal.SIGTERM:
        assert written(cache) == []
    index.open.set()
    with LocalServer(packages=["case-library"], spares=0) as another, sandbox_of(another) as sandbox:
        assert listed(sandbox) == ["case-library 3.0"] * 3
    assert len(written(cache)) == 1


def test_the_command_line_installs_and_says_so(cache: Path, tmp_path: Path) -> None:
    arguments = [
        "--port",
        "0",
        "--state-dir",
        str(tmp_path / "state"),
        "--packages",
        "case-library",
        "case-tool",
    ]
    with command(*arguments) as server:
        assert server.stderr is not None
        said = [server.stderr.readline() for _ in range(2)]
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
    assert (
        said[0]
        == "opensandbox-local: packages: installing case-library case-tool for the programs of this machine, once\n"
    )
    assert f"kept in {cache}/opensandbox/packages" in said[1]
    with command("shell", "--packages", "case-tool", "case-library", "--", "case-tool") as shell:
        assert shell.stdout is not None
        assert shell.stdout.read().split() == ["2.0"]
    with command("--packages", "case-tool", "shell") as misread:
        assert misread.stderr is not None
        assert "write opensandbox-local shell --packages NAME" in misread.stderr.read()
        assert misread.wait() == 2


@pytest.mark.long
def test_what_no_server_uses_can_be_removed(cache: Path, tmp_path: Path) -> None:
    def clear() -> str:
        with command("--state-dir", str(tmp_path / "state"), "clear") as running:
            assert running.stdout is not None
            return running.stdout.read()

    with LocalServer(packages=["case-library"], spares=0) as server:
        with LocalServer(packages=["case-tool"], spares=0):
            pass
        assert clear() == "sets of packages removed: 1, still in use: 1\n"
        with sandbox_of(server) as sandbox:
            assert listed(sandbox) == ["case-library 3.0"] * 3
    assert clear() == "sets of packages removed: 1, still in use: 0\n"
    assert list((cache / "opensandbox/packages").iterdir()) == []


@pytest.mark.parametrize(
    "packages",
    ["numpy", "", [""], ["-r requirements.txt"], ["--pre"], ["numpy\n"], ["./numpy"], ["numpy=2"], [7]],
)
def test_what_is_no_requirement_is_refused_at_once(packages: object) -> None:
    with pytest.raises(ValueError, match=r"^packages ") as refused:
        LocalServer(packages=packages)  # type: ignore[arg-type]
    assert "'numpy'" in str(refused.value)


def test_a_file_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no file; build a wheel"):
        LocalServer(packages=[f"case-tool @ {tmp_path.as_uri()}"])


@contextmanager
def command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `opensandbox-local` for a block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "opensandbox.local", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with process:
        yield process
        process.terminate()
