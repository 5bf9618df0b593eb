"""The quick start: a server on this machine, a sandbox, a live command, a file, the end.

    pip install "opensandbox[local]"
    python quickstart.py

To use a deployment instead, leave out `LocalServer` and pass `ConnectionConfig(domain="…", api_key="…")`.
`quickstart_sync.py` is the same without asyncio.
"""

import asyncio
import sys
import time

from opensandbox import Sandbox
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.local import LocalServer
from opensandbox.models.execd import ExecutionHandlers, OutputMessage

BUILD = "for part in core client docs; do echo building $part; sleep 0.4; done"
NOTE = "Bonjour from outside ✓\n"


async def main() -> None:
    """Run every step in turn."""
    title("Start a server on this machine")
    started = time.monotonic()
    async with LocalServer() as server:
        done(f"listens on {server.url}", started)

        title("Create a sandbox")
        started = time.monotonic()
        sandbox = await Sandbox.create("ubuntu", connection_config=server.connection_config())
        async with sandbox:
            done(f"{sandbox.id} is ready", started)

            title("Run a command and watch its output arrive")
            command(BUILD)
            started = time.monotonic()

            async def show(message: OutputMessage) -> None:
                output(message.text, time.monotonic() - started)

            await sandbox.commands.run(BUILD, handlers=ExecutionHandlers(on_stdout=show))

            title("Write a file, change it inside, read it back")
            await sandbox.files.write_file("/workspace/note.txt", NOTE, mode=644)
            command("echo and hello from inside >> /workspace/note.txt")
            await sandbox.commands.run("echo and hello from inside >> /workspace/note.txt")
            for line in (await sandbox.files.read_file("/workspace/note.txt")).splitlines():
                output(line)

            title("See a command fail")
            command("ls /etc/shadow /nowhere")
            failed = await sandbox.commands.run("ls /etc/shadow /nowhere")
            for message in failed.logs.stderr:
                output(message.text)
            output(f"exit code {failed.exit_code}")

            title("Kill the sandbox")
            await sandbox.kill()
            try:
                await sandbox.get_info()
            except SandboxNotFoundException:
                done("it is gone: the server does not know it any more")
    print()


# How it looks. Colours are for terminals only.


def title(text: str) -> None:
    """Begin a step."""
    print(f"\n{paint('1', text)}", flush=True)


def command(text: str) -> None:
    """Show what runs inside the sandbox."""
    print(f"  {paint('36', '$')} {text}", flush=True)


def output(text: str, seconds: float | None = None) -> None:
    """Show what came out of it, and perhaps when."""
    when = "" if seconds is None else paint("2", f"  {seconds:.1f} s")
    print(f"  {paint('2', '│')} {text}{when}", flush=True)


def done(text: str, started: float | None = None) -> None:
    """End a step, perhaps with the time that it took."""
    took = "" if started is None else paint("2", f"  {(time.monotonic() - started) * 1000:.0f} ms")
    print(f"  {paint('32', '✓')} {text}{took}", flush=True)


def paint(colour: str, text: str) -> str:
    """Return the text in a colour where colours can be seen."""
    return f"\x1b[{colour}m{text}\x1b[0m" if sys.stdout.isatty() else text


if __name__ == "__main__":
    asyncio.run(main())
