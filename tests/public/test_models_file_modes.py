"""A mode is octal digits, however it was written; what could mean two things is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from opensandbox.models.file_modes import octal_digits
from opensandbox.models.filesystem import SetPermissionEntry, WriteEntry


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        (644, 644),
        (755, 755),
        (600, 600),
        (400, 400),
        (700, 700),
        (777, 777),
        (0, 0),
        (7, 7),
        (0o644, 644),
        (0o755, 755),
        (0o600, 600),
        (0o640, 640),
        (0o660, 660),
        (0o664, 664),
        (0o700, 700),
        (0o750, 750),
        (0o770, 770),
        (0o775, 775),
        (0o444, 444),
        (0o555, 555),
        ("644", 644),
        ("0644", 644),
        ("0o644", 644),
        ("511", 511),
        (4755, 4755),
        (2775, 2775),
        (1777, 1777),
        (1755, 1755),
        (0o4755, 4755),
        (0o2775, 2775),
        (0o1777, 1777),
        ("1000", 1000),
        ("0o6711", 6711),
    ],
)
def test_digits_and_octal_literals_mean_the_same_mode(written, digits):
    assert octal_digits(written) == digits
    assert WriteEntry(path="/f", mode=written).mode == digits
    assert SetPermissionEntry(path="/f", mode=written).mode == digits


@pytest.mark.parametrize("written", [500, 510, 511, 1000, 4000])
def test_a_number_that_makes_sense_both_ways_is_refused_with_both_readings(written):
    with pytest.raises(ValueError, match=rf'"{written}" or "{written:o}"'):
        octal_digits(written)
    assert octal_digits(str(written)) == written
    assert octal_digits(f"{written:o}") == int(f"{written:o}")


@pytest.mark.parametrize("written", [-1, 778, 888, 7778, 8755, 10000, "rw-r--r--", "", "8", "10000", "-1"])
def test_what_is_no_mode_is_refused(written):
    with pytest.raises(ValueError, match="no file mode"):
        octal_digits(written)
    with pytest.raises(ValidationError, match="mode"):
        WriteEntry(path="/f", mode=written)


@given(st.integers(0, 0o7777))
def test_text_is_always_taken_at_its_word(mode):
    assert octal_digits(f"{mode:o}") == int(f"{mode:o}")
    assert octal_digits(f"0o{mode:o}") == int(f"{mode:o}")


@given(st.integers(-10, 20000))
def test_a_number_becomes_a_mode_or_an_error(number):
    try:
        digits = octal_digits(number)
    except ValueError:
        return
    assert 0 <= int(str(digits), 8) <= 0o7777
