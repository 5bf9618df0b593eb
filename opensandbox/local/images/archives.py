"""Images in files: archives of `docker save`, OCI archives, and directories in OCI layout."""

from __future__ import annotations

import contextlib
import io
import posixpath
import tarfile
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

from opensandbox.local.images.compression import PIECE, Decompressed
from opensandbox.local.images.config import MOST_JSON, choose_manifest, parse_json
from opensandbox.local.images.digests import check_digest, verified
from opensandbox.local.images.errors import ImageBroken, ImageError
from opensandbox.local.images.layers import LayerSource
from opensandbox.local.images.names import Name, parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from opensandbox.local.images.digests import Readable

_MOST_MEMBERS = 100_000
_FULL_NAME, _TAG = "io.containerd.image.name", "org.opencontainers.image.ref.name"
_LISTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


@dataclass(frozen=True)
class FoundImage:
    """An image in a file, ready to be kept."""

    config: bytes
    layers: tuple[LayerSource, ...]
    names: tuple[Name, ...]
    manifest: str | None


class _Files(Protocol):
    """Named files, of an archive or a directory."""

    def __contains__(self, name: str) -> bool: ...

    def open(self, name: str) -> AbstractContextManager[Readable]: ...


class Archive:
    """A file or directory with images, open until the end of the `with` block.

    `registry` is where its short names belong. Raises ImageError for what holds none.
    """

    def __init__(self, path: Path, registry: str) -> None:
        self._path = path
        self._registry = registry
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> list[FoundImage]:
        try:
            files = _Directory(self._path) if self._path.is_dir() else self._tar()
            try:
                images = [*self._images(files)]
            except (AttributeError, KeyError, TypeError) as error:
                raise ImageBroken(
                    f"what {self._path} says of its images is not what it should be: {error}"
                ) from error
            if not images:
                raise ImageError(f"{self._path} holds no image")
        except BaseException:
            self._stack.close()
            raise
        return images

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _tar(self) -> _Tar:
        file: IO[bytes] = self._stack.enter_context(self._path.open("rb"))
        start = file.read(4)
        file.seek(0)
        if start.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
            plain = self._stack.enter_context(tempfile.TemporaryFile(dir=self._path.parent))  # noqa: SIM115
            source = Decompressed(file)
            while piece := source.read(PIECE):
                plain.write(piece)
            file = plain
            file.seek(0)
        return _Tar(file, self._path)

    def _images(self, files: _Files) -> Iterator[FoundImage]:
        if "manifest.json" in files:
            yield from self._of_docker(files)
        elif "index.json" in files:
            index = _json(files, "index.json")
            manifests = index.get("manifests")
            if not isinstance(manifests, list):
                raise ImageBroken(f"index.json of {self._path} names no manifests")
            for entry in manifests:
                yield self._of_oci(files, entry, alone=len(manifests) == 1)
        else:
            raise ImageError(
                f"{self._path} is neither an archive of `docker save` nor an OCI archive or layout: "
                "it has neither manifest.json nor index.json"
            )

    def _of_docker(self, files: _Files) -> Iterator[FoundImage]:
        for entry in _json_list(files, "manifest.json"):
            config = _content(files, str(entry["Config"]))
            names = tuple(parse_name(name, self._registry) for name in entry.get("RepoTags") or ())
            layers = tuple(_source(files, str(name)) for name in entry.get("Layers") or ())
            yield FoundImage(config, layers, names, None)

    def _of_oci(self, files: _Files, entry: Any, *, alone: bool) -> FoundImage:
        digest = check_digest(entry.get("digest"))
        manifest = parse_json(_blob(files, digest), f"the manifest {digest}")
        for _ in range(2):
            if manifest.get("mediaType") not in _LISTS and "manifests" not in manifest:
                break
            chosen = choose_manifest(manifest.get("manifests") or (), str(self._path))
            digest = check_digest(chosen.get("digest"))
            manifest = parse_json(_blob(files, digest), f"the manifest {digest}")
        config = _blob(files, check_digest((manifest.get("config") or {}).get("digest")))
        layers = tuple(
            _source(files, _place(check_digest(layer.get("digest"))), layer["digest"], layer.get("size"))
            for layer in manifest.get("layers") or ()
        )
        name = self._name(entry.get("annotations") or {}, alone=alone)
        return FoundImage(config, layers, (name,) if name else (), digest)

    def _name(self, annotations: dict[str, str], *, alone: bool) -> Name | None:
        full, tag = annotations.get(_FULL_NAME), annotations.get(_TAG)
        if full:
            return parse_name(full, self._registry)
        if tag and (":" in tag or "/" in tag):
            return parse_name(tag, self._registry)
        if not tag and not alone:
            return None
        stem = self._path.name.partition(".")[0].lower()
        with contextlib.suppress(ImageError):
            return parse_name(f"{stem}:{tag or 'latest'}", self._registry)
        return None


class _Directory:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __contains__(self, name: str) -> bool:
        return (self._path / name).is_file()

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[Readable]:
        with (self._path / name).open("rb", buffering=0) as file:
            yield file


class _Tar:
    """Members of an archive by name; each is read where it lies."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file = file
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                for member in archive:
                    self._members[posixpath.normpath(member.name)] = member
                    if len(self._members) > _MOST_MEMBERS:
                        raise ImageError(
                            f"{path} has more than {_MOST_MEMBERS} members; it is no archive of images"
                        )
        except tarfile.TarError as error:
            raise ImageError(f"{path} is no archive of images: {error}") from error

    def __contains__(self, name: str) -> bool:
        return posixpath.normpath(name) in self._members

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[Readable]:
        member = self._members[posixpath.normpath(name)]
        if member.issym():  # as `docker save` wrote a layer that two images share
            target = posixpath.normpath(posixpath.join(posixpath.dirname(member.name), member.linkname))
            if target not in self._members:
                raise ImageBroken(f"{name} is a link to {target}, which is missing")
            member = self._members[target]
        yield _Part(self._file, member.offset_data, member.size)


class _Part:
    """A part of a file."""

    def __init__(self, file: IO[bytes], begin: int, size: int) -> None:
        self._file = file
        self._position, self._end = begin, begin + size

    def read(self, size: int, /) -> bytes:
        self._file.seek(self._position)
        data = self._file.read(min(size, self._end - self._position))
        self._position += len(data)
        return data


def _place(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _source(files: _Files, name: str, digest: str | None = None, size: int | None = None) -> LayerSource:
    if name not in files:
        raise ImageBroken(f"{name} is missing, which the image names as a layer")
    return LayerSource(lambda: files.open(name), digest, size)


def _content(files: _Files, name: str) -> bytes:
    if name not in files:
        raise ImageBroken(f"{name} is missing, which the image names")
    content = io.BytesIO()
    with files.open(name) as source:
        while (piece := source.read(PIECE)) and content.tell() <= MOST_JSON:
            content.write(piece)
    if content.tell() > MOST_JSON:
        raise ImageBroken(f"{name} has more than {MOST_JSON} bytes")
    return content.getvalue()


def _blob(files: _Files, digest: str) -> bytes:
    return verified(_content(files, _place(digest)), digest, _place(digest))


def _json(files: _Files, name: str) -> dict[str, Any]:
    return parse_json(_content(files, name), name)


def _json_list(files: _Files, name: str) -> list[dict[str, Any]]:
    # An object is what parses; a list is one of them.
    members = parse_json(b'{"list":' + _content(files, name) + b"}", name)["list"]
    if not isinstance(members, list) or not all(
        isinstance(entry, dict) and "Config" in entry for entry in members
    ):
        raise ImageBroken(f"{name} is no list of images")
    return members
