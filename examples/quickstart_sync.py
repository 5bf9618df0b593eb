"""The quick start without asyncio: every class has a blocking twin, with the same methods.

pip install "opensandbox[local]"
python quickstart_sync.py
"""

from opensandbox import SandboxSync
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.local import LocalServer
from opensandbox.models.execd import OutputMessage
from opensandbox.models.execd_sync import ExecutionHandlersSync


def main() -> None:
    """Create a sandbox on this machine, use it, end it."""
    with (
        LocalServer() as server,
        SandboxSync.create("ubuntu", connection_config=server.connection_config_sync()) as sandbox,
    ):
        print(f"sandbox {sandbox.id} is ready")

        # Output arrives while the command runs.
        sandbox.commands.run(
            "for part in core client docs; do echo building $part; sleep 0.4; done",
            handlers=ExecutionHandlersSync(on_stdout=show),
        )

        sandbox.files.write_file("/workspace/note.txt", "Bonjour from outside ✓\n", mode=644)
        sandbox.commands.run("echo and hello from inside >> /workspace/note.txt")
        print(sandbox.files.read_file("/workspace/note.txt"), end="")

        failed = sandbox.commands.run("exit 7")
        print(f"a failing command has an exit code: {failed.exit_code}")

        sandbox.kill()
        try:
            sandbox.get_info()
        except SandboxNotFoundException:
            print("the sandbox is gone")


def show(message: OutputMessage) -> None:
    """Print a line of output."""
    print(f"  {message.text}")


if __name__ == "__main__":
    main()
