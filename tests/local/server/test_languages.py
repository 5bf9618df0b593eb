"""Languages of code that the server's environment brings to sandboxes, whatever root these have."""

from __future__ import annotations

from pathlib import Path

from opensandbox import SandboxSync
from opensandbox.local import LocalServer
from tests.support.images import make_image


def test_an_image_without_deno_runs_scripts_with_the_servers(tmp_path: Path) -> None:
    image = make_image(tmp_path / "image")
    with LocalServer(images={"own": image}, spares=0) as server:
        config = server.connection_config_sync()
        with SandboxSync.ephemeral("own", connection_config=config) as sandbox:
            code = "const n: number = 6; console.log(Deno.build.os); n * 7"
            execution = sandbox.code.run(code, language="typescript", check=True)
            assert execution.text == "linux\n42"


def test_the_start_script_of_code_runtimes_waits(tmp_path: Path) -> None:
    image = make_image(tmp_path / "image")
    with LocalServer(images={"own": image}, spares=0) as server:
        for name in ("opensandbox/code-interpreter:v1.1.0", "own"):
            with SandboxSync.ephemeral(
                name,
                connection_config=server.connection_config_sync(),
                entrypoint=["/opt/code-interpreter/code-interpreter.sh"],
                env={"PYTHON_VERSION": "3.11"},
            ) as sandbox:
                assert sandbox.code.run("6 * 7", check=True).text == "42"
                assert sandbox.get_info().status.state == "Running"
