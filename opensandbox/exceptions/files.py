"""Errors of files in a sandbox. Each class is also the builtin one, so code that handles local files handles these."""

from __future__ import annotations

import errno
from typing import Any

from opensandbox.exceptions.api import SandboxApiException


class SandboxFileException(SandboxApiException, OSError):
    """A file operation in a sandbox failed: the name is too long, the disk is full, links form a loop, …

    `errno` is the system's error number, `None` if there is none; `filename` is the path as it was passed, if the call
    had one. `status_code` and `error.code` are the server's. The subclasses are the builtin classes of the same name.

        except SandboxFileException as failure:
            if failure.errno == errno.ENOSPC: ...
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError keeps these beside the dictionary.
        return type(self), self.args, {**self.__dict__, "errno": self.errno, "filename": self.filename}


class SandboxFileNotFoundException(SandboxFileException, FileNotFoundError):
    """There is no such file or directory in the sandbox. The sandbox itself exists: do not create another one.

    except FileNotFoundError as missing:
        print(missing.filename)
    """

    errno = errno.ENOENT


class SandboxFileExistsException(SandboxFileException, FileExistsError):
    """The path exists and is not overwritten: delete it first, or use another path."""

    errno = errno.EEXIST


class SandboxIsADirectoryException(SandboxFileException, IsADirectoryError):
    """The path is a directory, and the call needs a file."""

    errno = errno.EISDIR


class SandboxNotADirectoryException(SandboxFileException, NotADirectoryError):
    """The path, or a part of it, is not a directory."""

    errno = errno.ENOTDIR


class SandboxFilePermissionException(SandboxFileException, PermissionError):
    """The user has no permission for this; see `files_with_identity` and `set_permissions`."""

    errno = errno.EACCES
