# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.host import Host
    from ..models.ossfs import OSSFS
    from ..models.pvc import PVC


T = TypeVar("T", bound="Volume")


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
        name = self.name

        mount_path = self.mount_path

        host: dict[str, Any] | Unset = UNSET
        if not isinstance(self.host, Unset):
            host = self.host.to_dict()

        pvc: dict[str, Any] | Unset = UNSET
        if not isinstance(self.pvc, Unset):
            pvc = self.pvc.to_dict()

        ossfs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.ossfs, Unset):
            ossfs = self.ossfs.to_dict()

        read_only = self.read_only

        sub_path = self.sub_path

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "mountPath": mount_path,
            }
        )
        if host is not UNSET:
            field_dict["host"] = host
        if pvc is not UNSET:
            field_dict["pvc"] = pvc
        if ossfs is not UNSET:
            field_dict["ossfs"] = ossfs
        if read_only is not UNSET:
            field_dict["readOnly"] = read_only
        if sub_path is not UNSET:
            field_dict["subPath"] = sub_path

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global Host, OSSFS, PVC
        if "PVC" not in globals():
            from ..models.host import Host
            from ..models.ossfs import OSSFS
            from ..models.pvc import PVC
        d = {key: value for key, value in src_dict.items() if value is not None}
        name = d.pop("name")

        mount_path = d.pop("mountPath")

        _host = d.pop("host", UNSET)
        host: Host | Unset
        if isinstance(_host, Unset):
            host = UNSET
        else:
            host = Host.from_dict(_host)

        _pvc = d.pop("pvc", UNSET)
        pvc: PVC | Unset
        if isinstance(_pvc, Unset):
            pvc = UNSET
        else:
            pvc = PVC.from_dict(_pvc)

        _ossfs = d.pop("ossfs", UNSET)
        ossfs: OSSFS | Unset
        if isinstance(_ossfs, Unset):
            ossfs = UNSET
        else:
            ossfs = OSSFS.from_dict(_ossfs)

        read_only = d.pop("readOnly", UNSET)

        sub_path = d.pop("subPath", UNSET)

        volume = cls(
            name=name,
            mount_path=mount_path,
            host=host,
            pvc=pvc,
            ossfs=ossfs,
            read_only=read_only,
            sub_path=sub_path,
        )

        return volume
