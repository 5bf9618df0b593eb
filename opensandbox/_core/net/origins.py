"""Whether an address lies within another one, which decides who is shown what is meant for that one alone."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def lies_within(address: str, base: str) -> bool:
    """Tell whether `address` has the scheme, host and port of `base`, and a path below that of `base`.

    What a path with dots comes to is for the one who reads it to decide: such a path lies nowhere.
    """
    there, here = urlsplit(address), urlsplit(base)
    same = (there.scheme, there.hostname, there.port or _PORTS.get(there.scheme)) == (
        here.scheme,
        here.hostname,
        here.port or _PORTS.get(here.scheme),
    )
    path = (there.path or "/").lower()
    plain = "%2e" not in path and "%2f" not in path and not {".", ".."} & set(path.split("/"))
    top = here.path.rstrip("/").lower()
    return same and plain and (path == top or path.startswith(top + "/"))
