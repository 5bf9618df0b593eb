"""Kept for programs written for 1.1.1: the async `Sandbox`; new code imports it from `opensandbox`."""

from opensandbox._async.sandbox import Sandbox
from opensandbox._core.lazy import public_names

__all__ = ["Sandbox"]

__getattr__ = public_names(__name__)
