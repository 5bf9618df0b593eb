"""Layers and images written by hand, as no builder would write them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opensandbox.local.images.config import this_platform

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def entry(name: str, **marks: Any) -> tuple[tarfile.TarInfo, bytes]:
    """One entry; `content` is its data, the other keywords are attributes of `TarInfo`."""
    content = marks.pop("content", b"")
    info = tarfile.TarInfo(name)
    info.size, info.mtime = len(content), 1_000_000_000
    for mark, value in marks.items():
        setattr(info, mark, value)
    return info, content


def file(name: str, content: bytes = b"", **marks: Any) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, content=content, **marks)


def directory(name: str, **marks: Any) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.DIRTYPE, mode=marks.pop("mode", 0o755), **marks)


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.SYMTYPE, linkname=target)


def hard_link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.LNKTYPE, linkname=target)


def device(name: str, major: int, minor: int, kind: bytes = tarfile.CHRTYPE) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=kind, devmajor=major, devminor=minor)


def layer(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A tar archive."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return archive.getvalue()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class MadeImage:
    """An image: its layers as they are unpacked, and how each is packed."""

    layers: list[bytes]
    config: dict[str, Any] = field(default_factory=dict)
    pack: Callable[[bytes], bytes] = lambda data: gzip.compress(data, 1, mtime=0)

    @property
    def configuration(self) -> bytes:
        os_name, _, architecture = this_platform().partition("/")
        return json.dumps(
            {
                "os": os_name,
                "architecture": architecture,
                "config": self.config,
                "rootfs": {"type": "layers", "diff_ids": list(map(digest, self.layers))},
            }
        ).encode()

    def blobs(self) -> dict[str, bytes]:
        """Every blob by its digest, the manifest among them."""
        packed = [self.configuration, *map(self.pack, self.layers), self.manifest]
        return {digest(blob): blob for blob in packed}

    @property
    def manifest(self) -> bytes:
        packed = [self.pack(layer) for layer in self.layers]
        return json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {
                    "mediaType": "application/vnd.oci.image.config.v1+json",
                    "digest": digest(self.configuration),
                    "size": len(self.configuration),
                },
                "layers": [
                    {
                        "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                        "digest": digest(blob),
                        "size": len(blob),
                    }
                    for blob in packed
                ],
            }
        ).encode()

    def index(self, name: str | None = None) -> bytes:
        described = {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest(self.manifest),
            "size": len(self.manifest),
        }
        annotations = {"org.opencontainers.image.ref.name": name} if name else {}
        return json.dumps(
            {"schemaVersion": 2, "manifests": [{**described, "annotations": annotations}]}
        ).encode()

    def write_layout(self, target: Path, name: str | None = None) -> Path:
        """A directory in OCI layout."""
        for found, blob in self.blobs().items():
            place = target / "blobs" / found.replace(":", "/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(blob)
        (target / "index.json").write_bytes(self.index(name))
        (target / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        return target

    def write_archive(self, target: Path, *names: str) -> Path:
        """An archive as `docker save` writes it."""
        members = [
            file("config.json", self.configuration),
            *(file(f"{number}/layer.tar", data) for number, data in enumerate(self.layers)),
            file(
                "manifest.json",
                json.dumps(
                    [
                        {
                            "Config": "config.json",
                            "RepoTags": list(names),
                            "Layers": [f"{number}/layer.tar" for number in range(len(self.layers))],
                        }
                    ]
                ).encode(),
            ),
        ]
        target.write_bytes(layer(*members))
        return target
