"""What a sandbox is started from: an image, the way to its registry, and the platform."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from opensandbox.models.base import Model, NonBlank


class SandboxImageAuth(Model):
    """Name and password for a private registry; the password stays out of `repr` and error texts."""

    model_config = ConfigDict(hide_input_in_errors=True)

    username: NonBlank
    password: NonBlank = Field(repr=False)


class SandboxImageSpec(Model):
    """A container image, optionally with the credentials to pull it.

    Example:

        SandboxImageSpec("python:3.12")
        SandboxImageSpec("registry.example.com/app:1", auth={"username": "ci", "password": token})
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    image: NonBlank
    auth: SandboxImageAuth | None = None

    def __init__(
        self,
        image: str | None = None,
        *,
        auth: SandboxImageAuth | dict[str, str] | None = None,
        **data: object,
    ) -> None:
        if image is not None:
            data["image"] = image
        if auth is not None:
            data["auth"] = auth
        super().__init__(**data)


class PlatformSpec(Model):
    """Operating system and processor that a sandbox needs, for deployments that offer several."""

    os: Literal["linux", "windows"]
    arch: Literal["amd64", "arm64"]
