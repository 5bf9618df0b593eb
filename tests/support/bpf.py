"""Run a compiled system call filter, as the kernel does: classic BPF over the number, the processor and the arguments of a call."""

from __future__ import annotations

import struct
from collections.abc import Sequence

ALLOW = 0x7FFF0000
_ERRNO = 0x00050000


def refusal(program: bytes, arch: int, number: int, arguments: Sequence[int] = ()) -> int:
    """What a program answers to a call: 0 for allowed, else the number of the error."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *words)
    instructions = list(struct.iter_unpack("<HBBI", program))
    at = register = 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == 0x20:  # load a word
            (register,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            register &= value
        elif code == 0x05:
            at += value
        elif code == 0x06:
            return _meaning(value)
        else:
            holds = {0x15: register == value, 0x25: register > value, 0x35: register >= value}[code]
            at += if_true if holds else if_false


def _meaning(answer: int) -> int:
    if answer == ALLOW:
        return 0
    assert answer & 0xFFFF0000 == _ERRNO, f"{answer:#x} is neither allowed nor an error"
    return answer & 0xFFFF
