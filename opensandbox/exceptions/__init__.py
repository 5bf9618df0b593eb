"""Every error of the SDK; all derive from `SandboxException`.

An error answer of a server is a `SandboxApiException`, with a subclass for what a caller can act
on. What fails on this side (connection, time, arguments) and pools have classes of their own.

    from opensandbox.exceptions import SandboxException, SandboxNotFoundException

    try:
        info = await sandbox.get_info()
    except SandboxNotFoundException:
        ...  # expired or killed
"""

from opensandbox.exceptions import sandbox
from opensandbox.exceptions.sandbox import *  # noqa: F403

__all__: list[str] = []
__all__ += sandbox.__all__
