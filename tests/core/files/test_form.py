"""The framing of an upload, and what it asks of names."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.message import Message
from typing import cast

import pytest

from opensandbox._core.files.multipart import AFTER_CONTENT, Form


def parts(form: Form, *files: tuple[str, bytes]) -> list[Message]:
    body = b"".join(
        form.opening(path, None, "staff", 644, "application/octet-stream") + content + AFTER_CONTENT
        for path, content in files
    )
    head = f"Content-Type: {form.content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + body + form.closing)
    assert message.is_multipart()
    return cast("list[Message]", message.get_payload())


def test_each_file_is_a_pair_of_metadata_and_content() -> None:
    first, content, second, empty = parts(Form("b0und"), ("/d/a.txt", b"one\r\n--b0und"), ("/e", b""))

    assert first.get_content_type() == "application/json"
    assert first.get_filename() == "metadata"
    assert json.loads(first.get_payload()) == {
        "path": "/d/a.txt",
        "group": "staff",
        "mode": 644,
    }  # type: ignore[arg-type]
    assert content.get_filename() == "a.txt"
    assert content.get_param("name", header="Content-Disposition") == "file"
    assert json.loads(second.get_payload())["path"] == "/e"  # type: ignore[arg-type]
    assert empty.get_payload() == ""


@pytest.mark.parametrize(
    ("path", "short", "whole"),
    [
        ("/d/a.txt", b'"a.txt"', b'"/d/a.txt"'),
        ('/d/a"b', b'"a\\"b"', b'"/d/a%22b"'),
        ("/d/a\\b", b'"a\\\\b"', b'"/d/a\\\\b"'),
        ("/d/a\r\nX: y", b'"a%0D%0AX: y"', b'"/d/a%0D%0AX: y"'),
        ("/d/ü", '"ü"'.encode(), '"/d/ü"'.encode()),
        ("/d/", b'"file"', b'"/d/"'),
    ],
)
def test_file_name_cannot_break_out_of_its_header(path: str, short: bytes, whole: bytes) -> None:
    for form, name in ((Form("b"), short), (Form("b", whole_paths=True), whole)):
        opening = form.opening(path, None, None, 755, "text/plain")
        assert b'name="file"; filename=' + name + b"\r\nContent-Type: text/plain\r\n\r\n" in opening
        assert opening.count(b"\r\n\r\n") == 2
