"""A pytest plugin that lets everything that imports httpx get httpx2, its successor: `pytest -p tests.support.as_httpx2`."""

import httpx2

httpx2.alias_httpx()
