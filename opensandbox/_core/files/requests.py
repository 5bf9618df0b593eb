"""What file calls decide before anything is sent: which arguments make sense, and how a call is split into requests."""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from opensandbox._core.arguments import built
from opensandbox._core.convert.values import models_of
from opensandbox._core.text import checked, no_text
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxError,
    SandboxException,
    SandboxFileException,
    SandboxFileNotFoundException,
    SandboxIsADirectoryException,
    SandboxNotADirectoryException,
)
from opensandbox.models.file_modes import octal_digits
from opensandbox.models.filesystem import ContentReplaceEntry, EntryInfo, WriteEntry

MAX_QUERY: Final = 8000
"""Bytes of paths in one query: servers and proxies refuse request lines of more than 8 KiB to 64 KiB."""

UNNAMEABLE: Final = (
    "U+FFFD may stand for bytes that are not UTF-8, and no request can name such a file; "
    "reach it with a command and a pattern, such as rm -r /workspace/caf*, or with download_dir"
)
GONE: Final = (SandboxFileNotFoundException, SandboxNotADirectoryException)
"""What says that there is nothing at a path."""


def file_mode(name: str, value: object) -> int:
    """Return the digits of a file's mode."""
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise InvalidArgumentException(f'{name} must be octal digits such as 644 or "644", not {value!r}')
    try:
        return octal_digits(value)
    except ValueError as exc:
        raise InvalidArgumentException(f"{name}: {exc}", exc) from exc


class _Unsaid(int):
    """A number that was not passed by the caller."""

    __slots__ = ()


EXECUTABLE: Final = _Unsaid(755)
"""The mode of files when none is passed, as the published package has it."""

M = TypeVar("M", bound=BaseModel)


def path(name: str, value: object) -> str:
    """Return a path in the sandbox."""
    if isinstance(value, PurePosixPath):
        value = str(value)
    if not isinstance(value, str):
        hint = "; PurePosixPath is the path of a sandbox" if isinstance(value, PurePath) else ""
        raise InvalidArgumentException(f"{name} must be a string or a PurePosixPath, not {value!r}{hint}")
    if not value.strip():
        raise InvalidArgumentException(
            f"{name} must not be blank, as {value!r} is; pass a path such as '/workspace/a.txt'"
        )
    if "\0" in value:
        raise InvalidArgumentException(
            f"{name} must not hold NUL characters, as {value!r} does: no file has such a name"
        )
    return checked(name, value)


def paths(name: str, values: object) -> list[str]:
    """Return paths in the sandbox; a lone string is refused rather than taken for a list of characters."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidArgumentException(f"{name} must be a list of paths, not {values!r}; pass [{values!r}]")
    return [path(f"{name}[{index}]", value) for index, value in enumerate(values)]


def local(name: str, value: object) -> Path:
    """Return a path on this machine. A number is refused: `open` would take it for a file that is open, and close it."""
    if not isinstance(value, str | bytes | os.PathLike):
        raise InvalidArgumentException(f"{name} must be a path on this machine, not {value!r}")
    try:
        found = os.fsdecode(value)
        os.fsencode(found)
    except (TypeError, ValueError) as exc:
        raise InvalidArgumentException(
            f"{name} cannot be a path on this machine, as {value!r} is none: {exc}", exc
        ) from exc
    if not found or "\0" in found:
        raise InvalidArgumentException(
            f"{name} must be a path on this machine, and no file is called {value!r}"
        )
    return Path(found)


def entries(name: str, kind: type[M], values: object) -> list[M]:
    """Return models, each of which may be given as a dict of its fields."""
    found = models_of(kind, name, values)
    for index, item in enumerate(found):
        for field in ("path", "src", "dest"):
            if field in kind.model_fields:
                path(f"{name}[{index}].{field}", getattr(item, field))
    return found


def entry(name: str, kind: type[M], value: object) -> M:
    """Return a model, which may be given as a dict of its fields."""
    (found,) = entries(name, kind, [value])
    return found


def plain_or_entry(kind: type[M], value: object, **plain: object) -> M:
    """Return what a call is about: a model, a dict of its fields, or a path, beside which the rest are arguments."""
    given = {name: argument for name, argument in plain.items() if argument is not None}
    if not isinstance(value, str | PurePosixPath):
        if given:
            raise InvalidArgumentException(
                f"{', '.join(given)} goes with a path; a {kind.__name__} says it in a field of its own"
            )
        return entry("entry", kind, value)
    return built(kind, path=path("path", value), **given)


def name_pattern(value: object) -> object:
    """Refuse a pattern of paths: daemons compare it with names, and would find nothing."""
    if isinstance(value, str) and "/" in value.removeprefix("**/"):
        raise InvalidArgumentException(
            f"pattern {value!r} has a slash, and is compared with names alone; search below a directory for a name: "
            'search("/workspace/src", "*.py"), which finds files at any depth'
        )
    return value


def plain_directories(values: object, mode: object) -> list[WriteEntry]:
    """Return directories to be made: entries, or one path or several, of one mode."""
    if isinstance(values, str | PurePosixPath):
        values = [values]
    if not isinstance(values, list | tuple) or not any(
        isinstance(item, str | PurePosixPath) for item in values
    ):
        if mode is not None:
            raise InvalidArgumentException("mode goes with paths; a WriteEntry says it in a field of its own")
        return entries("entries", WriteEntry, values)
    fields = {} if mode is None else {"mode": mode}
    return [
        built(WriteEntry, path=path(f"entries[{index}]", item), **fields) for index, item in enumerate(values)
    ]


def to_write(fields: dict[str, Any]) -> WriteEntry:
    """Return what is to be written, made of the arguments of a call."""
    return built(WriteEntry, **{**fields, "path": path("path", fields["path"])})


def to_place(fields: dict[str, Any], *, exclusive: bool, append: bool, verify: bool) -> WriteEntry:
    """Return what is to be written without harm to what is there."""
    if exclusive and append:
        raise InvalidArgumentException(
            "exclusive and append exclude each other: a file is new, or there is something to go behind"
        )
    if verify and append:
        raise InvalidArgumentException(
            "verify compares whole files, and append writes a part; leave one of them out"
        )
    if fields["mode"] is EXECUTABLE:
        fields = {**fields, "mode": 644}
    return to_write(fields)


def part_of_file(range_header: object, offset: object, limit: object) -> None:
    """Check what part of a file is asked for: bytes by range, or lines by number, not both."""
    if range_header is not None:
        if not isinstance(range_header, str) or not range_header.strip():
            raise InvalidArgumentException(
                f"range_header must be a text such as 'bytes=0-99', not {range_header!r}"
            )
        if not range_header.isascii() or not range_header.isprintable():
            raise InvalidArgumentException(f"range_header cannot be sent in a header: {range_header!r}")
        if offset is not None or limit is not None:
            raise InvalidArgumentException(
                f"range_header={range_header!r} asks for bytes, offset={offset!r} and limit={limit!r} for lines; "
                "pass one or the other"
            )
    for name, value in (("offset", offset), ("limit", limit)):
        if value is not None:
            positive(name, value, "lines are counted from 1")


def positive(name: str, value: object, why: str) -> int:
    """Return an integer from 1 on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidArgumentException(f"{name} must be an integer of 1 or more, not {value!r}; {why}")
    return value


def text_encoding(encoding: object) -> str:
    """Return the name of an encoding that turns text into bytes and back."""
    if not isinstance(encoding, str):
        raise InvalidArgumentException(f"encoding must be a name such as 'utf-8', not {encoding!r}")
    try:
        codecs.lookup(encoding)
        " ".encode(encoding)
    except (LookupError, ValueError) as exc:
        raise InvalidArgumentException(
            f"encoding {encoding!r} is no text encoding; pass for example 'utf-8'", exc
        ) from exc
    return encoding


def decode(content: bytes, encoding: str, file: str) -> str:
    """Return the text of a file."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise not_decoded(exc, encoding, file, exc.start) from exc


def not_decoded(exc: UnicodeDecodeError, encoding: str, file: str, start: int) -> InvalidArgumentException:
    """Return the exception for content that is in another encoding."""
    return InvalidArgumentException(
        f"encoding {encoding!r} does not fit the content of {file!r}: {exc.reason} at byte {start}; "
        "pass the encoding of the file, or get its bytes with read_bytes",
        exc,
    )


def encode(text: str, encoding: str, file: str) -> bytes:
    """Return the content of a text file."""
    try:
        return text.encode(text_encoding(encoding))
    except UnicodeEncodeError as exc:
        raise not_encoded(exc, encoding, file) from exc


def not_encoded(exc: UnicodeEncodeError, encoding: str, file: str) -> InvalidArgumentException:
    """Return the exception for text that an encoding has no bytes for."""
    if "\ud800" <= exc.object[exc.start] <= "\udfff":
        return InvalidArgumentException(no_text(f"data for {file!r}", exc.object, exc.start), exc)
    return InvalidArgumentException(
        f"data for {file!r} cannot be written in the encoding {encoding!r}: {exc.reason} at character {exc.start}; "
        "pass encoding='utf-8', or bytes",
        exc,
    )


def parent(file: str) -> str:
    """Return the directory that a path is in, as the daemon understands it."""
    above, _, _ = file.rstrip("/").rpartition("/")
    return above or ("/" if file.startswith("/") else ".")


def is_directory(entry: EntryInfo) -> bool:
    """Tell whether there are entries below this one. A link is no directory, wherever it leads."""
    return entry.entry_type == "directory"


def open_mode(mode: object, encoding: object, newline: object) -> tuple[str, str | None]:
    """Return what a file is opened for, one of `r`, `w`, `x` and `a`, and its encoding, which bytes have not."""
    if (
        not isinstance(mode, str)
        or mode.replace("b", "").replace("t", "") not in ("r", "w", "x", "a")
        or len(mode) > 2
    ):
        raise InvalidArgumentException(
            f"mode must be 'r', 'w', 'x' or 'a', with 'b' for bytes, not {mode!r}; "
            "to change a part of a file, read it, change it, and write it"
        )
    if newline not in (None, "", "\n"):
        raise InvalidArgumentException(f"newline must be None, '' or '\\n', not {newline!r}")
    kind = mode.strip("bt")
    if "b" not in mode:
        return kind, text_encoding("utf-8" if encoding is None else encoding)
    if encoding is not None:
        raise InvalidArgumentException(
            f"mode {mode!r} is for bytes, which have no encoding; leave encoding={encoding!r} out"
        )
    return kind, None


def is_a_directory(file: str) -> SandboxIsADirectoryException:
    """Return the exception for a directory in the place of a file."""
    failure = SandboxIsADirectoryException(
        f"{file!r} in the sandbox is a directory; name a file in it",
        error=SandboxError(SandboxError.INVALID_ARGUMENT),
    )
    failure.filename = file
    return failure


def is_missing(file: str) -> SandboxFileNotFoundException:
    """Return the exception for a path where nothing is, or that leads to nothing."""
    failure = SandboxFileNotFoundException(
        f"{file!r} in the sandbox does not exist, or is a link that leads nowhere",
        error=SandboxError(SandboxError.FILE_NOT_FOUND),
    )
    failure.filename = file
    return failure


def not_empty(file: str) -> SandboxFileException:
    """Return the exception for a directory that would have to be empty."""
    failure = SandboxFileException(
        f"{file!r} is a directory that holds something; pass recursive=True to delete that too",
        error=SandboxError(SandboxError.INVALID_ARGUMENT),
    )
    failure.errno, failure.filename = errno.ENOTEMPTY, file
    return failure


def lies_within(directory: str, other: str) -> bool:
    """Return whether an absolute path is, or is below, another."""
    return f"{directory.rstrip('/')}/".startswith(f"{other.rstrip('/')}/")


def replacements(values: object) -> list[ContentReplaceEntry]:
    """Return the texts to be replaced, none of them empty."""
    found = entries("entries", ContentReplaceEntry, values)
    for index, item in enumerate(found):
        if not item.old_content:
            raise InvalidArgumentException(
                f"entries[{index}].old_content must not be empty: there is nothing to look for"
            )
    return found


def rounds(keys: Sequence[str]) -> list[list[int]]:
    """Split entries, given by path, into requests whose bodies are maps by path.

    None holds a path twice, and entries for one path keep their order.
    """
    found: list[list[int]] = []
    turns: dict[str, int] = {}
    for index, key in enumerate(keys):
        turn = turns[key] = turns.get(key, -1) + 1
        if turn == len(found):
            found.append([])
        found[turn].append(index)
    return found


def batches(items: Sequence[str], limit: int = MAX_QUERY) -> list[list[str]]:
    """Split paths into requests whose query stays short, in order."""
    found: list[list[str]] = []
    room = 0
    for item in items:
        # Any byte may take three characters in a query.
        size = len("path=&") + 3 * len(item.encode())
        if not found or size > room:
            found.append([])
            room = limit
        found[-1].append(item)
        room -= size
    return found


def without_conflicts(name: str, items: Sequence[WriteEntry], what: str) -> list[WriteEntry]:
    """Return entries of which no two say different things about one path; what is said twice is kept once."""
    kept: dict[str, WriteEntry] = {}
    for item in items:
        if kept.setdefault(item.path, item) != item:
            raise InvalidArgumentException(
                f"{name} holds {item.path!r} twice, with different {what}; leave one of them out"
            )
    return list(kept.values())


@contextmanager
def about(*files: str, to: Sequence[str] = ()) -> Iterator[None]:
    """Let the server's errors in this block name the paths, and where they were `to` go: their own message may not."""
    try:
        yield
    except SandboxApiException as failure:
        first, *rest = failure.args
        file = ", ".join(files[:3])
        hint = f" ({UNNAMEABLE})" if is_shown_only(file) and failure.status_code == 404 else ""
        there = f" to {', '.join(to[:3])!r}" if to else ""
        failure.args = (f"{file!r}{there}: {first}{hint}", *rest)
        if isinstance(failure, SandboxFileException) and len(files) == 1:
            failure.filename, failure.filename2 = files[0], (to[0] if to else None)
        raise


def may_be_expanded(file: str) -> bool:
    """Tell whether the daemon may read something else in a path than it says."""
    return "$" in file or file.startswith("~")


def refuses_variable(failure: SandboxApiException) -> bool:
    """Tell whether the daemon says that a variable in a path is not defined: what looks like one is part of a name."""
    return failure.status_code in (400, 500) and "variable" in (failure.error.message or "").lower()


def has_disappeared(failure: SandboxException, file: str) -> bool:
    """Tell whether a failure says that a file which was listed is no more."""
    return isinstance(failure, GONE) and not is_shown_only(file)


def is_shown_only(file: str) -> bool:
    """Tell whether a path may be what a name that is not UTF-8 was shown as: then nothing answers to it."""
    return "\ufffd" in file
