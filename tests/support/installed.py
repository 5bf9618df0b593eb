"""The package as users have it: built, installed into an environment that knows nothing of this checkout, and used from there.

`Installed` is such an environment. Each function of `USES` does what a user would, and raises `AssertionError` with what was printed
when it does not work. The tests and `scripts/matrix` share them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = [sys.executable, "-m", "uv"]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

USER_TESTS = """
def test_blocking(sandbox_sync):
    assert sandbox_sync.commands.run("echo hello").text == "hello"


async def run(sandbox):
    return (await sandbox.commands.run("echo hello")).text


def test_async(sandbox):
    import asyncio

    assert asyncio.run(run(sandbox)) == "hello"
"""


class DoesNotWork(AssertionError):
    """Something that a user would do failed; the message is what was printed."""


@dataclass(frozen=True)
class Installed:
    """An environment. `user` is the account that uses it, `None` the one that runs this; `home` belongs to that account."""

    directory: Path
    home: Path
    user: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def program(self, name: str) -> Path:
        """Return a program of the environment."""
        return self.directory / "bin" / name

    def environment(self) -> dict[str, str]:
        """Return what its programs see: a shell's variables, and nothing of this checkout."""
        kept = {
            name: os.environ[name]
            for name in ("LANG", "TMPDIR", "PIP_CERT", "SSL_CERT_FILE")
            if name in os.environ
        }
        path = os.pathsep.join([str(self.directory / "bin"), "/usr/local/bin", "/usr/bin", "/bin"])
        return {**kept, "PATH": path, "HOME": str(self.home), **self.variables}

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the command line that runs a program as the account."""
        return as_user(self.user, [self.program(str(arguments[0])), *arguments[1:]])

    def run(self, *arguments: str | Path, input: str | None = None, **variables: str) -> str:
        """Run a program of the environment in its home and return what it prints."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.home,
            env={**self.environment(), **variables},
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise DoesNotWork(
                f"{' '.join(map(str, arguments))}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def write(self, name: str, content: str) -> Path:
        """Write a file into the home."""
        path = self.home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
        if self.user is not None:
            for place in {path, path.parent} - {self.home}:
                shutil.chown(place, self.user, self.user)
        return path


def as_user(user: str | None, command: Sequence[str | Path]) -> list[str]:
    """Return the command line that runs a command as an account."""
    line = [str(argument) for argument in command]
    return line if user is None else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *line]


def built(directory: Path, kind: str, source: Path = ROOT) -> Path:
    """Build a `wheel` or an `sdist` into a directory."""
    _run([*UV, "build", "--quiet", f"--{kind}", "--out-dir", directory, source])
    [distribution] = directory.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return distribution


def new_environment(
    directory: Path,
    requirements: Sequence[str],
    *,
    python: str | Path = sys.executable,
    installer: str = "uv",
    user: str | None = None,
) -> None:
    """Make an environment and install into it, by `uv` (or `uv by links`), or by the `pip` of the environment itself.

    `user` is the account that does it, `None` the one that runs this.
    """
    seed = ["--seed"] if installer == "pip" else []
    _run([*UV, "venv", "--quiet", *seed, "--python", python, directory])
    if user is not None:
        _run(["chown", "--recursive", "--no-dereference", f"{user}:{user}", directory])
    if installer == "pip":
        _run(as_user(user, [directory / "bin/python", "-m", "pip", "install", "--quiet", *requirements]))
    else:
        links = ["--link-mode", "symlink"] if installer == "uv by links" else []
        add_to_environment(directory, [*links, *requirements])


def add_to_environment(directory: Path, requirements: Sequence[str]) -> None:
    """Install more into an environment, by `uv`; options of its `pip install` may be among the requirements."""
    _run([*UV, "pip", "install", "--quiet", "--python", directory / "bin/python", *requirements])


def programs_of_the_readme(installed: Installed) -> None:
    """The programs that README shows: the first by itself, the others against a server from the command line."""
    first, *others = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    printed = installed.run("python", "-W", "error", installed.write("first.py", first))
    _expect("hello from Linux 0\nhello from a file\n", printed)
    with serving(installed) as domain:
        for number, program in enumerate(others):
            path = installed.write(f"program{number}.py", program)
            printed = installed.run("python", "-W", "error", path, OPEN_SANDBOX_DOMAIN=domain)
            _expect("exit code 3" if "exit code" in program else "Running", printed)


def command_line(installed: Installed) -> None:
    """`opensandbox-local run` and `shell` with a program, and the help."""
    _expect(
        "hello from inside\n",
        installed.run("opensandbox-local", "run", "ubuntu", "--", "echo", "hello from inside"),
    )
    _expect(
        "hello from inside\n",
        installed.run("opensandbox-local", "shell", "echo hello from inside").replace("\r", ""),
    )
    _expect("Usage: opensandbox-local", installed.run("opensandbox-local", "--help"))
    _expect("ok       isolation", installed.run("opensandbox-local", "doctor"))


def project_of_a_user(installed: Installed) -> None:
    """A pytest project that uses the fixtures."""
    tests = installed.write("project/test_it.py", USER_TESTS)
    _expect("2 passed", installed.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", tests))


PACKAGES = """
import io, pathlib, zipfile
from opensandbox import SandboxSync
from opensandbox.local import LocalServer

body, info = io.BytesIO(), "some_package-1.0.dist-info"
with zipfile.ZipFile(body, "w") as archive:
    archive.writestr("some_package.py", "VALUE = 42\\n")
    archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: some-package\\nVersion: 1.0\\n")
    archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    archive.writestr(f"{info}/RECORD", "some_package.py,,\\n")

USE = "import some_package, sys; print(some_package.VALUE, sys.version_info[:3])"
with LocalServer() as server, SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox:
    sandbox.code.run("before = 1", check=True)
    sandbox.files.write_file("/tmp/some_package-1.0-py3-none-any.whl", body.getvalue())
    sandbox.commands.run("pip install --no-index /tmp/some_package-1.0-py3-none-any.whl", check=True)
    seen = {sandbox.commands.run([name, "-c", USE], check=True).text for name in ("python", "python3")}
    seen.add(sandbox.code.run(USE, check=True).text)
    listed = [sandbox.commands.run(pip, check=True).text for pip in ("pip list", "python -m pip list")]
    listed.append(sandbox.code.run("%pip list", check=True).text)
    print(seen, all("some-package" in text.replace("_", "-") for text in listed))

wheel = pathlib.Path("some_package-1.0-py3-none-any.whl").absolute()
wheel.write_bytes(body.getvalue())
with (
    LocalServer(packages=[f"some-package @ {wheel.as_uri()}"]) as server,
    SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox,
):
    print(sandbox.code.run(USE, check=True).text == sandbox.commands.run(["python", "-c", USE], check=True).text)
"""


def packages_inside(installed: Installed) -> None:
    """`pip install` in a sandbox, seen by `python`, `python3` and code; packages that every sandbox has."""
    printed = installed.run("python", installed.write("packages.py", PACKAGES))
    found = re.fullmatch(r"\{'42 \(\d+, \d+, \d+\)'\} True\nTrue\n", printed)
    _expect("one Python", "one Python" if found else printed)


USES: dict[str, Callable[[Installed], None]] = {
    "README": programs_of_the_readme,
    "command line": command_line,
    "pytest": project_of_a_user,
    "pip inside": packages_inside,
}


@contextmanager
def serving(installed: Installed) -> Iterator[str]:
    """Run `opensandbox-local` for a block, which gets its address; afterwards it ends by SIGTERM, without a complaint."""
    command = installed.command("opensandbox-local", "--port", "0", "--state-dir", installed.home / "state")
    with subprocess.Popen(
        command,
        cwd=installed.home,
        env=installed.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"listens on http://(\S+)", line)
        try:
            if found is None:
                raise DoesNotWork(f"opensandbox-local: {line}{server.stdout.read()}")
            yield found[1]
        finally:
            server.send_signal(signal.SIGTERM)
            server.stdout.read()
        if server.wait():
            raise DoesNotWork(f"opensandbox-local ended with status {server.returncode}")


def _expect(wanted: str, printed: str) -> None:
    if wanted not in printed:
        raise DoesNotWork(f"{wanted!r} is not in what was printed:\n{printed}")


def _run(command: Sequence[str | Path]) -> None:
    # Nothing of this environment's: pip would follow PYTHONPATH, uv the environment that runs the tests.
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "COVERAGE"))
    }
    # A Python that is not here is missing; it is not fetched from somewhere.
    variables["UV_PYTHON_DOWNLOADS"] = "never"
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise DoesNotWork(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
