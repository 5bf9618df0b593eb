"""Files: what is sent comes back, ranges are exact, and what is not there is said to be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.results import Level, Part
from opensandbox.contract.world import WORKSPACE
from opensandbox.models import SearchEntry, WriteEntry

if TYPE_CHECKING:
    import httpx

    from opensandbox.contract.world import World

order = Checks(Part.ORDER)

BYTES = bytes(range(256))
PATH = f"{WORKSPACE}/bytes"


def _get(world: World, path: str, header: str | None = None) -> httpx.Response:
    with world.sandbox.http(DEFAULT_EXECD_PORT) as client:
        headers = {} if header is None else {"Range": header}
        return client.get("/files/download", params={"path": path}, headers=headers)


@order("downloadFile")
def a_range_of_bytes_is_exact(world: World) -> None:
    """206 with `Content-Range` and those bytes; 416 for what lies outside."""
    world.sandbox.files.write_file(PATH, BYTES)
    for header, start, end in (("bytes=0-9", 0, 10), ("bytes=250-", 250, 256), ("bytes=-6", 250, 256)):
        answer = _get(world, PATH, header)
        expect(answer.status_code == 206, f"`Range: {header}` answers {answer.status_code}, not 206")
        told = answer.headers.get("content-range")
        wanted = f"bytes {start}-{end - 1}/{len(BYTES)}"
        expect(told == wanted, f"`Range: {header}` has Content-Range {told!r}, not {wanted!r}")
        expect(answer.content == BYTES[start:end], f"`Range: {header}` brings other bytes")
    outside = _get(world, PATH, "bytes=1000-").status_code
    expect(outside == 416, f"a range outside of the file answers {outside}, not 416")


@order("uploadFile")
def bytes_come_back_as_they_were_sent(world: World) -> None:
    """All 256 values, many times, with the length announced."""
    content = BYTES * 2000
    world.sandbox.files.write_files([WriteEntry(path=PATH + ".large", data=content, mode=600)])
    answer = _get(world, PATH + ".large")
    expect(answer.content == content, f"{len(content)} bytes come back as {len(answer.content)}, or changed")
    length = answer.headers.get("content-length")
    expect(length == str(len(content)), f"Content-Length of {len(content)} bytes is {length}")


@order("downloadFile")
def a_missing_file_is_said_to_be_missing(world: World) -> None:
    """404, for reading and for asking."""
    with world.sandbox.http(DEFAULT_EXECD_PORT) as client:
        for path in ("/files/download", "/files/info"):
            status = client.get(path, params={"path": f"{WORKSPACE}/nothing"}).status_code
            expect(status == 404, f"GET {path} of a missing file answers {status}, not 404")


@order("searchFiles", Level.V1_1)
def patterns_of_a_search_are_matched_against_names(world: World) -> None:
    """`*`, `{a,b}`, `[^a]` and `**/`, all against the last part of a path."""
    files = world.sandbox.files
    home = f"{WORKSPACE}/patterns"
    files.write_files(
        [WriteEntry(path=f"{home}/{name}", data="x") for name in ("a.txt", "deep/b.txt", "c.md")]
    )
    for pattern, wanted in (
        ("*.txt", ["a.txt", "deep/b.txt"]),
        ("{a,c}.*", ["a.txt", "c.md"]),
        ("[^a].*", ["c.md", "deep/b.txt"]),
        ("**/b.txt", ["deep/b.txt"]),
    ):
        found = sorted(
            entry.path.removeprefix(home + "/")
            for entry in files.search(SearchEntry(path=home, pattern=pattern))
        )
        expect(found == wanted, f"{pattern} finds {found}, not {wanted}")
