"""What a sandbox says about files. Each class is also the builtin one, so code that handles local files handles these."""

from __future__ import annotations

import errno
from typing import Any

from opensandbox.exceptions.api import SandboxApiException


class SandboxFileException(SandboxApiException, OSError):
    """A file of a sandbox cannot be used as asked: its name is too long, the disk is full, links lead in a circle, …

    `errno` is the system's number for the cause, `None` where there is none; `filename` is the path as it was passed, where
    the call had one. `status_code` and `error.code` are the server's. The subclasses are the builtin classes of the same name.

        except SandboxFileException as failure:
            if failure.errno == errno.ENOSPC: ...
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError keeps these beside the dictionary.
        return type(self), self.args, {**self.__dict__, "errno": self.errno, "filename": self.filename}


class SandboxFileNotFoundException(SandboxFileException, FileNotFoundError):
    """There is no such file or directory in the sandbox. The sandbox itself is there: do not make another one.

    except FileNotFoundError as missing:
        print(missing.filename)
    """

    errno = errno.ENOENT


class SandboxFileExistsException(SandboxFileException, FileExistsError):
    """There is something at the path already, and it is not overwritten: delete it first, or use another path."""

    errno = errno.EEXIST


class SandboxIsADirectoryException(SandboxFileException, IsADirectoryError):
    """The path is a directory, and the call is about files."""

    errno = errno.EISDIR


class SandboxNotADirectoryException(SandboxFileException, NotADirectoryError):
    """The path, or a part of it, is no directory."""

    errno = errno.ENOTDIR


class SandboxFilePermissionException(SandboxFileException, PermissionError):
    """The user whose rights count may not do this with the file; see `files_with_identity` and `set_permissions`."""

    errno = errno.EACCES
