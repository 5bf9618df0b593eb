"""Calls of the public API with what nobody should pass."""

from __future__ import annotations

import os
from typing import Final

EXPLORING: Final = bool(os.environ.get("OPENSANDBOX_EXPLORE"))
"""Whether each run tries other inputs. A run that has to pass tries the same as the last one."""
