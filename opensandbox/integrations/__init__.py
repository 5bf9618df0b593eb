"""Adapters for frameworks that agents are built with, one module and one extra each; docs/frameworks.md has them all.

Without a configured deployment they run on an embedded server that this process starts (`embedded`). Nothing runs unisolated.
"""


def needs_extra(extra: str, error: ImportError) -> ImportError:
    """Return the error of an adapter whose framework is not installed."""
    return ImportError(f'{error}; this adapter needs the extra `{extra}`: pip install "opensandbox[{extra}]"')
