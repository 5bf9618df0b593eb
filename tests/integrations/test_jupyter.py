"""The magic of IPython, in a shell of this process. `make test-matrix` runs a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output

from opensandbox import SandboxSync
from opensandbox.local import LocalServer

Shown = tuple[str, str, list[RichOutput]]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPEN_SANDBOX_DOMAIN", server.domain)
        patch.setenv("OPEN_SANDBOX_API_KEY", server.api_key)
        yield server


@pytest.fixture(scope="module")
def run(server: LocalServer) -> Iterator[Callable[[str], Shown]]:
    shell = InteractiveShell.instance(colors="nocolor")
    shell.run_line_magic("load_ext", "opensandbox.integrations.jupyter")

    def run(cell: str) -> Shown:
        with capture_output() as captured:
            shell.run_cell(cell)
        return captured.stdout, captured.stderr, captured.outputs

    yield run
    shell.run_line_magic("sandbox", "--end")
    InteractiveShell.clear_instance()


def test_variables_stay_and_results_are_rich(run: Callable[[str], Shown]) -> None:
    out, err, results = run(
        "%%sandbox\nimport sys\nx = 41\nprint('out'); print('err', file=sys.stderr)\nx + 1"
    )
    assert (out, err, results[0].data["text/plain"]) == ("out\n", "err\n", "42")
    html = "class H:\n    def _repr_html_(self): return f'<b>{x}</b>'\nH()"
    assert run(f"%%sandbox\n{html}")[2][0].data["text/html"] == "<b>41</b>"


def test_failures_are_shown_and_fail_the_cell(run: Callable[[str], Shown]) -> None:
    out, err, _ = run("%%sandbox\n1 / 0")
    assert "ZeroDivisionError: division by zero" in out + err
    assert "UsageError: ZeroDivisionError in the sandbox" in out + err
    out, err, _ = run("%%sandbox --timeout 1\nimport time; time.sleep(600)")
    assert "interrupted after 1 s" in out + err
    assert run("%%sandbox\nx")[2][0].data["text/plain"] == "41"


def test_shell_text(run: Callable[[str], Shown]) -> None:
    assert run("%%sandbox --shell\nprintf 'a\\nb'")[0] == "a\nb"
    out, err, _ = run("%%sandbox --shell\nexit 3")
    assert "the command ended with 3" in out + err


def test_the_sandbox_is_chosen(run: Callable[[str], Shown], server: LocalServer) -> None:
    first = run("%sandbox")[0]
    assert first.startswith("SandboxSync(")
    assert run("%sandbox --image ubuntu")[0] != first
    with SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox:
        sandbox.files.write_file("/tmp/there", "there")
        assert run(f"%sandbox --connect {sandbox.id}")[0].count(sandbox.id) == 1
        assert run("%%sandbox --shell\ncat /tmp/there")[0] == "there"
        sandbox.kill()
        out, err, _ = run("%%sandbox --shell\ntrue")
        assert "it does not exist, was killed, or its time ran out" in out + err
