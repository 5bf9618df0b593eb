# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
"""What an operation raises of its own accord, which all APIs share."""

from ..errors import UnexpectedStatus

__all__ = ["UnexpectedStatus"]
