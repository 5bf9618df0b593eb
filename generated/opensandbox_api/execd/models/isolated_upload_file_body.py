# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, File, FileTypes, Record, RequestFiles, Unset, present


@_attrs_define
class IsolatedUploadFileBody(Record[Any]):
    """

    Attributes:
        metadata (File | Unset): JSON of a `FileMetadata`.
        file (File | Unset): Content of the file, as the part after its metadata.
    """

    metadata: File | Unset = UNSET
    file: File | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        metadata: FileTypes | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_tuple()

        file: FileTypes | Unset = UNSET
        if not isinstance(self.file, Unset):
            file = self.file.to_tuple()

        members: dict[str, Any] = {**self.additional_properties}
        if metadata is not UNSET:
            members["metadata"] = metadata
        if file is not UNSET:
            members["file"] = file
        return members

    def to_multipart(self) -> RequestFiles:
        files: RequestFiles = []
        if not isinstance(self.metadata, Unset):
            files.append(("metadata", self.metadata.to_tuple()))

        if not isinstance(self.file, Unset):
            files.append(("file", self.file.to_tuple()))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        _metadata = d.pop("metadata", UNSET)
        metadata: File | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = File(payload=BytesIO(_metadata))

        _file = d.pop("file", UNSET)
        file: File | Unset
        if isinstance(_file, Unset):
            file = UNSET
        else:
            file = File(payload=BytesIO(_file))

        record = cls(
            metadata=metadata,
            file=file,
        )
        record.additional_properties = d
        return record
