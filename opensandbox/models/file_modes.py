"""File modes as the wire has them: octal digits written as a decimal number, so that 644 is rw-r--r--."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def octal_digits(mode: int | str) -> int:
    """Return the digits of a file mode as a number: 644 for 644, "0644", "0o644" and 0o644.

    A fourth digit in front is set-user-id (4), set-group-id (2) and sticky (1): 4755, 2775, 1777.

    A number means its own digits. Where those make no sense as a mode but the number does as an octal
    literal (0o755 is 493, 0o644 is 420), the literal was meant. The few numbers that are sensible both
    ways (500, 510, 511), and everything that is no mode, raise `ValueError`; text is always digits.
    """
    if isinstance(mode, str):
        return _digits_of(mode)
    as_digits = int(str(mode), 8) if mode >= 0 and not set(str(mode)) & {"8", "9"} else None
    if as_digits is not None and as_digits > 0o7777:
        as_digits = None
    # Three digits are the usual form: with them nobody means a literal that has four.
    most = 0o777 if as_digits is not None and as_digits <= 0o777 else 0o7777
    as_literal = mode if 0 <= mode <= most else None
    if as_digits is None and (as_literal is None or not _sensible(as_literal)):
        raise ValueError(f"{mode} is no file mode: give octal digits, such as 644, 755 or 4755")
    if as_digits == as_literal:
        return mode
    literal_makes_sense = as_literal is not None and _sensible(as_literal)
    if as_digits is None:
        meant = as_literal
    elif _sensible(as_digits) and literal_makes_sense:
        raise ValueError(
            f"{mode} may mean the octal digits {mode} or the literal {mode:#o}: "
            f'write it as text, "{mode}" or "{mode:o}"'
        )
    else:
        meant = as_literal if literal_makes_sense and not _sensible(as_digits) else as_digits
    return int(f"{meant:o}")


def _digits_of(text: str) -> int:
    digits = text.strip().removeprefix("0o") or "?"
    if set(digits) - set("01234567") or int(digits, 8) > 0o7777:
        raise ValueError(f'{text!r} is no file mode: give octal digits, such as "644" or "4755"')
    return int(digits)


def _sensible(mode: int) -> bool:
    """Tell whether people give files such modes: never more to others than to the owner, no writing unread."""
    owner, group, others = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    nested = owner & group == group and group & others == others
    return nested and all(not bits & 2 or bits & 4 for bits in (owner, group, others))


def _normalised(value: Any) -> Any:
    # Booleans and the rest are left to the checks of an ordinary integer.
    return octal_digits(value) if isinstance(value, str) or type(value) is int else value


FileMode = Annotated[int, BeforeValidator(_normalised), Field(ge=0, le=7777)]
