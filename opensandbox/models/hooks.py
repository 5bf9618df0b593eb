"""Commands that a sandbox runs by itself, before its main process and periodically, and the policies of its server."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from opensandbox.models.base import Model, NonBlank
from opensandbox.models.policies import IdlePolicy, RenewalPolicy


def _names_a_program(command: list[str]) -> list[str]:
    if not command or not command[0].strip():
        raise ValueError("must begin with the program to run")
    return command


Command = Annotated[list[str], AfterValidator(_names_a_program)]


class LifecycleHook(Model):
    """A command, as a list of arguments, and how many seconds it may take (`None`: the server's limit)."""

    model_config = ConfigDict(extra="forbid")

    command: Command
    timeout_seconds: Annotated[int | None, Field(alias="timeoutSeconds")] = None


class PeriodicLifecycleHook(LifecycleHook):
    """A command that runs again and again.

    `schedule` is five cron fields, a word such as `@hourly`, or `@every 30s` with whole seconds.
    """

    name: NonBlank
    schedule: NonBlank


class SandboxLifecycle(Model):
    """The commands of one sandbox, and what its server does by itself; the names of periodic commands are unique.

    Example:

        SandboxLifecycle(pre_start=LifecycleHook(command=["sh", "-c", "prepare"]))
    """

    model_config = ConfigDict(extra="forbid")

    pre_start: Annotated[LifecycleHook | None, Field(alias="preStart")] = None
    periodic: list[PeriodicLifecycleHook] | None = None
    idle_policy: Annotated[IdlePolicy | None, Field(alias="idlePolicy")] = None
    renewal_policy: Annotated[RenewalPolicy | None, Field(alias="renewalPolicy")] = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [hook.name for hook in self.periodic or ()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"periodic hooks need unique names, used more than once: {', '.join(twice)}")
        return self
