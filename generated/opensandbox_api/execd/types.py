# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
"""The values that the records of this API are made of, which all APIs share."""

from ..types import UNSET, File, FileTypes, RequestFiles, Response, Unset

__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
