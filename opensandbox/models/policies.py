"""What the server does with a sandbox by itself: pause it when nobody uses it, wake it, prolong its life. Given once, at creation."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from opensandbox.models.base import Model

_NO_BLANKS = r"^/[^\s\x00-\x1f\x7f-\x9f]*$"


class ActivityProbe(Model):
    """A question to a program in the sandbox before it is paused: `GET path` on `port`.

    An answer of 200 with `{"active": true}` means that the sandbox is busy, and its idle time begins anew. `timeout_seconds`
    is how long the answer may take (`None`: the server's limit, two seconds).
    """

    model_config = ConfigDict(extra="forbid")

    port: Annotated[int, Field(ge=1, le=65535)]
    path: Annotated[str, Field(min_length=1, max_length=512, pattern=_NO_BLANKS)]
    timeout_seconds: Annotated[int | None, Field(alias="timeoutSeconds", ge=1, le=10)] = None


class IdlePolicy(Model):
    """Pause the sandbox when nobody uses it, and wake it when somebody does.

    With `idle_timeout_seconds` and `on_idle="pause"` it is paused after that many seconds without a new request to any of its
    ports; an open stream does not count. A paused sandbox is woken by the next request, unless `wake_on_access` is false:
    then only `resume` does. Without an idle time the server pauses nothing, but wakes what was paused by hand.

        Sandbox.create("ubuntu", lifecycle=SandboxLifecycle(
            idle_policy=IdlePolicy(idle_timeout_seconds=300, on_idle="pause")))
    """

    model_config = ConfigDict(extra="forbid")

    idle_timeout_seconds: Annotated[int | None, Field(alias="idleTimeoutSeconds", ge=30, le=86400)] = None
    on_idle: Annotated[Literal["pause"] | None, Field(alias="onIdle")] = None
    wake_on_access: Annotated[bool, Field(alias="wakeOnAccess")] = True
    active_probe: Annotated[ActivityProbe | None, Field(alias="activeProbe")] = None

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if self.idle_timeout_seconds is not None and self.on_idle is None:
            raise ValueError('on_idle must say what to do after idle_timeout_seconds; pass on_idle="pause"')
        if self.idle_timeout_seconds is None and self.on_idle is not None:
            raise ValueError("idle_timeout_seconds must say after how long; pass it, or leave on_idle out")
        return self


class RenewalPolicy(Model):
    """Let each request to the sandbox move its end to `extend_seconds` from then, if that is later.

    It works where the operator has switched it on, and does nothing elsewhere.

        SandboxLifecycle(renewal_policy=RenewalPolicy(extend_seconds=1800))
    """

    model_config = ConfigDict(extra="forbid")

    extend_seconds: Annotated[int, Field(alias="extendSeconds", ge=300, le=86400)]
