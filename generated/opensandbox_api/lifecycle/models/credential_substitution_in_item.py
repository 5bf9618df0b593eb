# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from enum import StrEnum


class CredentialSubstitutionInItem(StrEnum):
    BODY = "body"
    HEADER = "header"
    PATH = "path"
    QUERY = "query"

    @classmethod
    def _missing_(cls, value: object) -> CredentialSubstitutionInItem | None:
        """A word that a newer server made up stays readable: a member of its own that is listed nowhere."""
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
