"""What the programs of both twins of the interpreter print, as JSON, about what they saw."""

import json
from typing import Any


def report(
    context: Any,
    *,
    first: Any,
    kept: Any,
    heard: list[str],
    failed: Any,
    shell: Any,
    listed: list[Any],
    refused: tuple[int | None, str] | None,
) -> None:
    """Print it."""
    seen = {
        "complete": first.complete is not None,
        "result": kept.result[0].text,
        "printed": [message.text for message in kept.logs.stdout],
        "heard": heard,
        "error": failed.error and failed.error.name,
        "shell": [message.text for message in shell.logs.stdout],
        "listed": context.id in [known.id for known in listed],
        "refused": refused,
    }
    print(json.dumps(seen))
