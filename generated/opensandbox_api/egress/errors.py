# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
"""What an operation raises of its own accord, which all APIs share."""

from ..errors import UnexpectedStatus

__all__ = ["UnexpectedStatus"]
