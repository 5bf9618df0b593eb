"""Storage that is mounted into a sandbox."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from opensandbox.models.base import Model, NonBlank


def _absolute(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f"must be an absolute path, beginning with '/', got {value!r}")
    return value


def _absolute_on_any_host(value: str) -> str:
    # The host may run Windows, whatever this program runs on.
    if not value.startswith("/") and not re.match(r"[A-Za-z]:[\\/]", value):
        raise ValueError(
            f"must be an absolute path, beginning with '/' or a drive such as 'C:\\', got {value!r}"
        )
    return value


class Host(Model):
    """A directory of the machine that runs the sandbox."""

    path: Annotated[str, AfterValidator(_absolute_on_any_host)]


class PVC(Model):
    """A Kubernetes persistent volume claim (elsewhere: a named volume).

    The hints (`storage_class`, `storage`, `access_modes`) count only when the claim is created.
    """

    claim_name: Annotated[NonBlank, Field(alias="claimName")]
    create_if_not_exists: Annotated[bool, Field(alias="createIfNotExists")] = True
    delete_on_sandbox_termination: Annotated[bool, Field(alias="deleteOnSandboxTermination")] = False
    storage_class: Annotated[str | None, Field(alias="storageClass")] = None
    storage: str | None = None
    access_modes: Annotated[list[str] | None, Field(alias="accessModes")] = None


class OSSFS(Model):
    """A bucket of an object store, mounted with ossfs; the key's secret stays out of `repr` and error texts."""

    model_config = ConfigDict(hide_input_in_errors=True)

    bucket: str
    endpoint: str
    version: Literal["1.0", "2.0"] = "2.0"
    options: list[str] | None = None
    access_key_id: Annotated[str | None, Field(alias="accessKeyId")] = None
    access_key_secret: Annotated[str | None, Field(alias="accessKeySecret", repr=False)] = None

    @model_validator(mode="after")
    def _both_halves_of_the_key(self) -> Self:
        if not self.access_key_id or not self.access_key_secret:
            raise ValueError("access_key_id and access_key_secret are both needed")
        return self


class Volume(Model):
    """One mount: a `name`, where it appears in the sandbox, and exactly one of `host`, `pvc`, `ossfs` behind it.

    Example:

        Volume(name="data", host=Host(path="/srv/data"), mount_path="/data", read_only=True)
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    name: NonBlank
    host: Host | None = None
    pvc: PVC | None = None
    ossfs: OSSFS | None = None
    mount_path: Annotated[str, AfterValidator(_absolute), Field(alias="mountPath")]
    read_only: Annotated[bool, Field(alias="readOnly")] = False
    sub_path: Annotated[str | None, Field(alias="subPath")] = None

    @model_validator(mode="after")
    def _exactly_one_backend(self) -> Self:
        given = [name for name in ("host", "pvc", "ossfs") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of host, pvc, ossfs; got {' and '.join(given) or 'none'}")
        return self
