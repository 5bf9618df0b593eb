"""Which cause the words of a daemon tell, whatever words the path has."""

from __future__ import annotations

import pytest

from opensandbox._core.calls.file_failures import file_failure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("open /tmp/a: no such file or directory", FileNotFoundError),
        ("/nope does not exist", FileNotFoundError),
        ("open /tmp/permission denied.txt: no such file or directory", FileNotFoundError),
        ("stat /data/file exists/a: no such file or directory", FileNotFoundError),
        ("open /tmp/is a directory: permission denied", PermissionError),
        ("read /tmp: is a directory", IsADirectoryError),
    ],
)
def test_the_cause_stands_last(text: str, kind: type[Exception]) -> None:
    failure = file_failure("/files/info", "RUNTIME_ERROR", text)
    assert failure is not None
    assert issubclass(failure.kind, kind)


def test_other_answers_are_about_no_file() -> None:
    assert file_failure("/command", "RUNTIME_ERROR", "no such file or directory") is None
    assert file_failure("/files/info", "UNAUTHORIZED", "no such file or directory") is None
