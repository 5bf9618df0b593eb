"""The file objects of the blocking twin serve the standard library, as files of this machine do."""

from __future__ import annotations

import csv
import json
import zipfile
from typing import Any

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.local import LocalServer


def test_the_standard_library_takes_them() -> None:
    with LocalServer() as server:
        config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
        with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
            files: Any = sandbox.files
            with files.open("/workspace/a.json", "w") as file:
                json.dump({"a": [1, 2]}, file)
            with files.open("/workspace/a.json") as file:
                assert json.load(file) == {"a": [1, 2]}
            with files.open("/workspace/a.csv", "w") as file:
                csv.writer(file).writerows([["x", "y"], ["1", "two\nlines"]])
            with files.open("/workspace/a.csv", newline="") as file:
                assert list(csv.reader(file)) == [["x", "y"], ["1", "two\nlines"]]
            with files.open("/workspace/a.zip", "wb") as file, zipfile.ZipFile(file, "w") as archive:
                archive.writestr("one.txt", "1" * 100_000)
                archive.writestr("two.txt", "2")
            with files.open("/workspace/a.zip", "rb") as file, zipfile.ZipFile(file) as archive:
                assert archive.namelist() == ["one.txt", "two.txt"]
                assert archive.read("one.txt") == b"1" * 100_000
