"""What failed where TLS itself is what fails, and the way out. Trying again does not help then."""

from __future__ import annotations

from typing import Final

# Signs in the text of an error, the specific ones first: there are no codes for most of them.
_SIGNS: Final = (
    ("certificate has expired", "the server's certificate has expired: have it renewed"),
    ("certificate is not valid for", "the server's certificate is for another name: use that one as domain"),
    (
        "certificate_verify_failed",
        "set `verify` to a file with the authority that issued the server's certificate",
    ),
    ("wrong_version_number", "the server does not speak TLS there: set protocol to http"),
    ("certificate_required", "the server asks for a client certificate: set `cert`"),
    ("certificate required", "the server asks for a client certificate: set `cert`"),
)
_NO_ANSWER: Final = ("without sending a response", "illegal status line")


def way_out(reason: str) -> str | None:
    """Return what to do about a failed handshake; `None` where `reason` is about something else."""
    lowered = reason.lower()
    return next((advice for sign, advice in _SIGNS if sign in lowered), None)


def suspicion(reason: str, scheme: str) -> str | None:
    """Return what may be behind a connection that ended before its answer, as it does between TLS and plain text."""
    if not any(sign in reason for sign in _NO_ANSWER):
        return None
    if scheme == "http":
        return "if the server speaks TLS there, set protocol to https"
    return "if the server asks for a client certificate, set `cert`"
