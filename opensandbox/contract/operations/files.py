"""The file operations: the plain ones, those as a user, and those of an isolated session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.contract.operations.cases import Case, plain
from opensandbox.contract.results import Differs, Level
from opensandbox.contract.world import WORKSPACE
from opensandbox.models import (
    ContentReplaceEntry,
    DirectoryListEntry,
    MoveEntry,
    SearchEntry,
    SetPermissionEntry,
    WriteEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox.contract.world import World

    Use = Callable[[Any, str], object]
    Prepare = Callable[[Any, str], dict[str, Any]]

CONTENT = "one\ntwo\n"
FORM = "both parts of the form need a file name, which the generated client does not give"


def _files(world: World, prefix: str) -> Any:
    """Return the files by the routes with that prefix."""
    match prefix:
        case "identity":
            return world.sandbox.files_with_identity(0, 0)
        case "isolated":
            return world.isolated.files
    return world.sandbox.files


def _expect(said: object, wanted: object, what: str) -> None:
    if said != wanted:
        raise Differs(f"{what} is {said!r}, not {wanted!r}")


def _download(files: Any, path: str) -> None:
    _expect(files.read_file(path), CONTENT, "the file")
    _expect(files.read_bytes(path, range_header="bytes=0-2"), b"one", "its first three bytes")


def _move(files: Any, path: str) -> None:
    files.write_file(path + ".old", "x")
    files.move_files([MoveEntry(src=path + ".old", dest=path + ".new")])
    files.delete_files([path + ".new"])


def _replace(files: Any, path: str) -> None:
    for change in (files.replace_contents, files.replace_contents_detailed):
        change([ContentReplaceEntry(path=path, old_content="none", new_content="x")])


def _upload(files: Any, path: str) -> None:
    files.write_file(path + ".sent", b"content")
    _expect(files.read_bytes(path + ".sent"), b"content", "what was sent")


def _find(files: Any, path: str) -> None:
    found = [entry.path for entry in files.search(SearchEntry(path=WORKSPACE, pattern="file"))]
    _expect(found, [path], "what `file` finds")


def _list(files: Any, path: str) -> None:
    names = [entry.path for entry in files.list_directory(DirectoryListEntry(path=WORKSPACE))]
    _expect(path in names, True, "that the directory lists the file")


def _info(files: Any, path: str) -> None:
    _expect(files.get_file_info([path])[path].size, len(CONTENT), "the size of the file")


def _mode(files: Any, path: str) -> None:
    files.set_permissions([SetPermissionEntry(path=path, mode=640)])
    _expect(files.get_file_info([path])[path].mode, 640, "the mode that was set")


def _to_move(files: Any, path: str) -> dict[str, Any]:
    files.write_file(path + ".from", "x")
    return {"body": [{"src": path + ".from", "dest": path + ".to"}]}


def _to_remove(files: Any, path: str) -> dict[str, Any]:
    files.write_file(path + ".to", "x")
    return {"path": [path + ".to"]}


FILES: dict[str, tuple[Use, Prepare | None]] = {
    "makeDirs": (
        lambda files, path: files.create_directories([WriteEntry(path=path + ".dir", mode=750)]),
        lambda files, path: {"body": {path + ".dir": {"mode": 755}}},
    ),
    "removeDirs": (
        lambda files, path: files.delete_directories([path + ".dir"]),
        lambda files, path: {"path": [path + ".dir"]},
    ),
    "listDirectory": (_list, lambda files, path: {"path": WORKSPACE, "depth": 1}),
    "uploadFile": (_upload, None),
    "downloadFile": (_download, lambda files, path: {"path": path, "range_": "bytes=0-2"}),
    "getFilesInfo": (_info, lambda files, path: {"path": [path]}),
    "renameFiles": (_move, _to_move),
    "removeFiles": (_move, _to_remove),
    "chmodFiles": (_mode, lambda files, path: {"body": {path: {"mode": 644}}}),
    "replaceContent": (
        _replace,
        lambda files, path: {"body": {path: {"old": "none", "new": "x"}}, "verbose": True},
    ),
    "searchFiles": (_find, lambda files, path: {"path": WORKSPACE, "pattern": "file"}),
}
NEWER = {"listDirectory"}
PATH = f"{WORKSPACE}/file"


def _case(prefix: str, name: str, use: Use, prepare: Prepare | None) -> Case:
    def wire(world: World) -> dict[str, Any]:
        files = _files(world, prefix)
        whose: dict[str, Any] = {}
        if prefix == "identity":
            whose = {"uid": 0, "gid": 0}
        elif prefix == "isolated":
            whose = {"session_id": world.isolated.session_id}
        assert prepare is not None
        return {**whose, **prepare(files, PATH)}

    return Case(
        lambda world: use(_files(world, prefix), PATH),
        None if prepare is None else wire,
        Level.V1_1 if prefix or name in NEWER else Level.CORE,
        optional=prefix == "isolated",
        where=plain,
        why=FORM if prepare is None else "",
    )


CASES: dict[str, Case] = {
    (prefix + name[0].upper() + name[1:] if prefix else name): _case(prefix, name, use, prepare)
    for prefix in ("", "identity", "isolated")
    for name, (use, prepare) in FILES.items()
}
