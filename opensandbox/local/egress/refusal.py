"""What the proxy says when it does not pass something on."""

from __future__ import annotations


class Refusal(Exception):
    """An answer of the proxy itself: 400 and 403 for what must not be, 502 for what cannot be reached."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def denied(what: object, why: str) -> Refusal:
    """403: the policy, or a rule of the proxy, is against it."""
    return Refusal(403, f"egress to {what} is denied: {why}")
