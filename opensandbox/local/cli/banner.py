"""What `serve` prints when it is ready: where it listens, its key, and a program to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opensandbox.local.settings import ServerSettings


def banner(settings: ServerSettings, address: str, *, given: bool) -> str:
    """Return the text; `given` says that the key is the caller's own, not the one that is kept."""
    port = address.rpartition(":")[2]
    # What is listened on is not always what can be connected to.
    domain = f"127.0.0.1:{port}" if settings.host in ("0.0.0.0", "::") else address  # noqa: S104
    key, kept = settings.api_key, not given
    if key is None:
        about_key = (
            "none: every program of this machine can use this server, other users' too; web pages cannot"
        )
    elif kept:
        about_key = f"{key} (kept in {settings.state_dir / 'key'}; programs of yours on this machine find it by themselves)"
    else:
        about_key = key
    named = f', api_key="{key}"' if key and not (kept and settings.loopback) else ""
    lines = [
        f"OpenSandbox listens on http://{address}",
        f"  API key   {about_key}",
        f"  state     {settings.state_dir}",
        f"  images    {_about_images(settings)}",
        "",
        "Try it:",
        "",
        "    from opensandbox import SandboxSync",
        "    from opensandbox.config import ConnectionConfigSync",
        "",
        f'    config = ConnectionConfigSync(domain="{domain}"{named})',
        '    with SandboxSync.create("ubuntu", connection_config=config) as sandbox:',
        '        print(sandbox.commands.run("echo hello").text)',
        "        sandbox.kill()",
        "",
        "or, in another terminal: opensandbox-local shell",
        "",
        "Ctrl-C ends the server and every sandbox.",
    ]
    return "\n".join(lines)


def _about_images(settings: ServerSettings) -> str:
    if settings.pull != "never":
        return f"pulled ({settings.pull}), from {settings.registry} where the name says no other registry"
    if settings.strict_images:
        return "those that are there (`opensandbox-local images`); others are refused"
    return "those that are there (`opensandbox-local images`); any other name runs on the programs of this machine"
