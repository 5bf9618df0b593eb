# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.host import Host
    from ..models.ossfs import OSSFS
    from ..models.pvc import PVC


@_attrs_define
class Volume:
    """Something to mount. Exactly one of `host`, `pvc` and `ossfs` says what.

    Attributes:
        name (str): Label, the only one of its kind in the request.
        mount_path (str): Absolute path inside the sandbox.
        host (Host | Unset): A directory of the machine that runs the sandbox.
        pvc (PVC | Unset): A named volume: a claim on Kubernetes, a volume on Docker. The members about new claims mean
            nothing on Docker.
        ossfs (OSSFS | Unset): A bucket of an object store.
        read_only (bool | Unset): Whether writing is refused. Default: False.
        sub_path (str | Unset): Relative path within what is mounted, without `..`; of a bucket, the prefix.
    """

    name: str
    mount_path: str
    host: Host | Unset = UNSET
    pvc: PVC | Unset = UNSET
    ossfs: OSSFS | Unset = UNSET
    read_only: bool | Unset = False
    sub_path: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["name"] = self.name
        members["mountPath"] = self.mount_path
        if self.host is not UNSET:
            members["host"] = self.host.to_dict()
        if self.pvc is not UNSET:
            members["pvc"] = self.pvc.to_dict()
        if self.ossfs is not UNSET:
            members["ossfs"] = self.ossfs.to_dict()
        if self.read_only is not UNSET:
            members["readOnly"] = self.read_only
        if self.sub_path is not UNSET:
            members["subPath"] = self.sub_path
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global Host, OSSFS, PVC
        if "PVC" not in globals():
            from ..models.host import Host
            from ..models.ossfs import OSSFS
            from ..models.pvc import PVC

        d = present(src_dict)
        record = cls(
            name=d.pop("name"),
            mount_path=d.pop("mountPath"),
            host=UNSET if (value := d.pop("host", UNSET)) is UNSET else Host.from_dict(value),
            pvc=UNSET if (value := d.pop("pvc", UNSET)) is UNSET else PVC.from_dict(value),
            ossfs=UNSET if (value := d.pop("ossfs", UNSET)) is UNSET else OSSFS.from_dict(value),
            read_only=d.pop("readOnly", UNSET),
            sub_path=d.pop("subPath", UNSET),
        )
        return record
