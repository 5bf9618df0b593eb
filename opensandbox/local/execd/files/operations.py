"""What the file routes do to the file system: plain functions, arguments and results made of JSON types.

They run in a thread of the daemon, or in a worker process that has another identity or sees other mounts; so nothing
here knows HTTP. OSError and ExecdError say what went wrong. Several paths are handled in order and nothing is rolled back.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from typing import TYPE_CHECKING, Any

from opensandbox.local.deep_trees import remove_tree
from opensandbox.local.execd.files import globs
from opensandbox.local.execd.files.times import rfc3339
from opensandbox.local.execd.http.errors import FILE_NOT_FOUND, ExecdError, invalid, runtime_error
from opensandbox.local.execd.run import users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox.local.execd.run.environment import PathRules

Record = dict[str, object]
Permission = dict[str, Any]  # checked by `files`: mode (bits, or None), owner, group (texts, maybe empty)


def info(rules: PathRules, paths: list[str]) -> dict[str, Record]:
    """Describe paths without following links; one missing path fails the whole call."""
    found = {}
    for path in paths:
        resolved = resolve(rules, path)
        found[path] = _record(resolved, os.lstat(resolved))
    return found


def list_directory(rules: PathRules, path: str, depth: int) -> list[Record]:
    """Describe what is below a directory, `depth` levels deep; links are never entered."""
    root = resolve(rules, path)
    if not stat.S_ISDIR(os.lstat(root).st_mode):
        raise invalid(f"{path} is not a directory")
    return list(_children(root, depth))


def _children(directory: str, depth: int) -> Iterator[Record]:
    if depth <= 0:
        return
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        try:
            status = os.lstat(path)
        except FileNotFoundError:  # removed since the directory was read
            continue
        yield _record(path, status)
        if stat.S_ISDIR(status.st_mode):
            yield from _children(path, depth - 1)


def search(rules: PathRules, path: str, pattern: str) -> list[Record]:
    """Describe what is below `path` and whose base name matches; directories themselves are left out."""
    root = resolve(rules, path)
    matches = globs.compiled(pattern).fullmatch
    status = os.stat(root)
    if not stat.S_ISDIR(status.st_mode):
        return [_record(root, status)] if matches(os.path.basename(root)) else []
    found = []

    def fail(error: OSError) -> None:
        if error.filename == root:
            raise error  # below the root an unreadable or vanished directory only hides its own content

    for directory, directories, files in os.walk(root, onerror=fail):
        directories.sort()
        links = [name for name in directories if os.path.islink(os.path.join(directory, name))]
        for name in sorted([*files, *links]):
            if matches(name):
                entry = os.path.join(directory, name)
                with contextlib.suppress(FileNotFoundError):
                    found.append(_record(entry, os.lstat(entry)))
    return found


def make_directories(rules: PathRules, entries: dict[str, Permission]) -> None:
    """Create directories with their parents; mode and owner go to the named directory, if it is new."""
    for path, permission in entries.items():
        resolved = resolve(rules, path)
        if os.path.isdir(resolved):
            continue
        _make_parents(resolved)
        os.mkdir(resolved)
        _apply(resolved, permission)


def remove_directories(rules: PathRules, paths: list[str]) -> None:
    """Delete trees; a missing path is fine, a link loses only itself."""
    for path in paths:
        resolved = resolve(rules, path)
        if os.path.isdir(resolved) and not os.path.islink(resolved):
            remove_tree(resolved)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(resolved)


def remove_files(rules: PathRules, paths: list[str]) -> None:
    """Delete files; a missing path is fine, a directory is an error."""
    for path in paths:
        resolved = resolve(rules, path)
        if os.path.isdir(resolved) and not os.path.islink(resolved):
            raise runtime_error(f"{path} is a directory: delete it with DELETE /directories")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(resolved)


def move(rules: PathRules, items: list[tuple[str, str]]) -> None:
    """Rename or move paths, making missing parents; an existing destination is never overwritten."""
    for source, destination in items:
        old, new = resolve(rules, source), resolve(rules, destination)
        if not os.path.lexists(old):
            raise ExecdError(404, FILE_NOT_FOUND, f"{source} does not exist")
        if os.path.lexists(new):
            raise runtime_error(f"{destination} exists already: delete it first")
        _make_parents(new)
        try:
            shutil.move(old, new)
        except shutil.Error as error:
            raise runtime_error(str(error)) from error


def set_permissions(rules: PathRules, entries: dict[str, Permission]) -> None:
    """Set mode, owner and group; what is empty stays as it is."""
    for path, permission in entries.items():
        try:
            _apply(resolve(rules, path), permission)
        except FileNotFoundError as error:
            raise runtime_error(f"{path} does not exist") from error


def replace(rules: PathRules, entries: dict[str, tuple[str, str]]) -> dict[str, int]:
    """Replace every occurrence of a text in files; returns how many there were, by path."""
    counts = {}
    for path, (old, new) in entries.items():
        wanted = old.encode("utf-8", "surrogateescape")
        with os.fdopen(open_for_reading(rules, path), "rb") as source:
            content = source.read()
        counts[path] = content.count(wanted)
        if counts[path]:
            with os.fdopen(_open_regular(resolve(rules, path), path, os.O_WRONLY), "wb") as target:
                target.write(content.replace(wanted, new.encode("utf-8", "surrogateescape")))
                target.truncate()
    return counts


def open_for_reading(rules: PathRules, path: str) -> int:
    """Open a regular file and return its descriptor, which the caller closes."""
    return _open_regular(resolve(rules, path), path, os.O_RDONLY)


def _open_regular(resolved: str, path: str, how: int) -> int:
    # Without O_NONBLOCK a named pipe would block here for ever; for writing it is ENXIO where nobody reads it.
    try:
        descriptor = os.open(resolved, how | os.O_CLOEXEC | os.O_NONBLOCK, 0o777)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise runtime_error(f"{path} is not a regular file") from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise runtime_error(f"{path} is not a regular file")


def open_for_writing(rules: PathRules, path: str, permission: Permission) -> int:
    """Create or truncate a file, making missing parents, and return its descriptor, which the caller closes."""
    resolved = resolve(rules, path)
    _make_parents(resolved)
    descriptor = _open_regular(resolved, path, os.O_WRONLY | os.O_CREAT)
    try:
        _apply(descriptor, permission)
        os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _make_parents(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except FileExistsError as error:  # what exists is no directory
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), error.filename) from None


def resolve(rules: PathRules, path: str) -> str:
    """Return the absolute path that a client means."""
    if not path:
        raise invalid("a path is empty")
    try:
        return rules.resolve(path)
    except LookupError as error:
        raise runtime_error(f"{path}: {error.args[0]}") from None


def _apply(target: str | int, permission: Permission) -> None:
    owner, group, mode = permission["owner"], permission["group"], permission["mode"]
    if owner or group:
        user_id, group_id = _user_id(owner), _group_id(group)
        if problem := users.missing(user_id, group_id):
            raise runtime_error(problem)
        os.chown(target, user_id, group_id)
    if mode is not None:
        os.chmod(target, mode)


def _user_id(name: str) -> int:
    if not name or name.isdecimal():
        return int(name or -1)
    import pwd

    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise runtime_error(f"owner {name!r} is unknown in the sandbox") from None


def _group_id(name: str) -> int:
    if not name or name.isdecimal():
        return int(name or -1)
    import grp

    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise runtime_error(f"group {name!r} is unknown in the sandbox") from None


def _record(path: str, status: os.stat_result) -> Record:
    return {
        "path": path,
        "type": _kind(status.st_mode),
        "size": status.st_size,
        "modified_at": rfc3339(status.st_mtime_ns),
        "created_at": rfc3339(status.st_ctime_ns),
        "owner": _user_name(status.st_uid),
        "group": _group_name(status.st_gid),
        "mode": int(f"{status.st_mode & 0o777:o}"),
    }


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "symlink" if stat.S_ISLNK(mode) else "other"


def _user_name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group_name(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
