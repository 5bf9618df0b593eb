"""Hooks of `mkdocs build`: the pages of the reference, links that leave docs/, and llms.txt.

The pages in docs/ are also read in the repository. So a link to a file outside of docs/ is relative there, and becomes absolute here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

# Page of the reference -> the heading and the name of each object on it. `None` as heading: the object's own name.
REFERENCE: dict[str, list[tuple[str | None, str]]] = {
    "Sandbox": [(None, "opensandbox._async.sandbox.Sandbox")],
    "SandboxManager": [(None, "opensandbox._async.control.manager.SandboxManager")],
    "sandbox.commands": [("sandbox.commands", "opensandbox._async.run.commands.CommandsService")],
    "sandbox.code": [("sandbox.code", "opensandbox._async.run.code.CodeService")],
    "sandbox.files": [("sandbox.files", "opensandbox._async.files.service.FilesService")],
    "sandbox.processes": [("sandbox.processes", "opensandbox._async.run.processes.ProcessesService")],
    "sandbox.pty": [("sandbox.pty", "opensandbox._async.terminals.pty.PtyService")],
    "sandbox.isolation": [("sandbox.isolation", "opensandbox._async.run.isolation.IsolatedService")],
    "sandbox.metrics": [("sandbox.metrics", "opensandbox._async.monitoring.metrics.MetricsService")],
    "sandbox.diagnostics": [
        ("sandbox.diagnostics", "opensandbox._async.monitoring.diagnostics.DiagnosticsService")
    ],
    "sandbox.credential_vault": [("sandbox.credential_vault", "opensandbox.services.egress.CredentialVault")],
    "Pools": [
        ("SandboxPoolAsync", "opensandbox._async.pool.pool.SandboxPoolAsync"),
        ("SandboxPoolManagerAsync", "opensandbox._async.pool.manager.SandboxPoolManagerAsync"),
        ("Models of pools", "opensandbox.models.pools"),
    ],
    "Connection settings": [
        (None, "opensandbox.config.connection.ConnectionConfig"),
        (None, "opensandbox.config.settings.ConnectionSettings"),
        (None, "opensandbox.config.limits.AnswerLimits"),
        (None, "opensandbox.transport.retry.RetryPolicy"),
    ],
    "LocalServer": [(None, "opensandbox.local.server.LocalServer")],
    "Exceptions": [
        (f"opensandbox.exceptions: {part}", f"opensandbox.exceptions.{module}")
        for part, module in {
            "the root": "root",
            "sandboxes": "sandbox",
            "states": "states",
            "answers of servers": "api",
            "commands and code": "execd",
            "files": "files",
            "pools": "pool",
        }.items()
    ],
    "Models": [
        (f"opensandbox.models.{module}", f"opensandbox.models.{module}")
        for module in (
            "sandboxes",
            "creation",
            "images",
            "volumes",
            "network",
            "credentials",
            "policies",
            "endpoints",
            "executions",
            "code",
            "handlers",
            "processes",
            "filesystem",
            "trees",
            "isolated",
            "terminals",
            "metrics",
            "snapshots",
            "templates",
            "diagnostics",
            "pagination",
        )
    ],
}
_LEAVES = re.compile(r"\]\(\.\./([^)#]+)(#[^)]*)?\)")
_FOLDER = "reference"


def _address(page: str) -> str:
    return f"{_FOLDER}/{re.sub(r'[^a-z]+', '-', page.lower())}.md"


def _reference_page(page: str) -> str:
    parts = [f"# {page}\n"]
    if page.startswith("sandbox."):
        parts.append("The blocking twin has the same methods, without `await`.\n")
    for heading, name in REFERENCE[page]:
        parts.append(f"::: {name}\n    options:\n      heading_level: 2\n")
        if heading:
            parts.append(f"      heading: {heading!r}\n      toc_label: {heading!r}\n")
    return "\n".join(parts).replace("\n\n      heading", "\n      heading")


def on_config(config: MkDocsConfig) -> None:
    """Put the pages of the reference into the navigation."""
    assert config.nav is not None
    for section in config.nav:
        if "Reference" in section:
            section["Reference"] = [{page: _address(page)} for page in REFERENCE]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each entry of the reference."""
    for page in REFERENCE:
        files.append(File.generated(config, _address(page), content=_reference_page(page)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to files outside of docs/ to the repository."""
    return _LEAVES.sub(lambda found: f"]({config.repo_url}blob/main/{found[1]}{found[2] or ''})", markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Write llms.txt: what a model has to fetch, with a line for each page."""
    lines = [f"# {config.site_name}", "", f"> {config.site_description}", ""]
    for section in config.nav or ():
        for title, pages in section.items():
            entries = pages if isinstance(pages, list) else [{title: pages}]
            lines += [f"## {title}", ""]
            for entry in entries:
                for name, address in entry.items():
                    lines.append(f"- [{name}]({config.site_url}{address.removesuffix('.md')}.html)")
            lines.append("")
    Path(config.site_dir, "llms.txt").write_text("\n".join(lines), encoding="utf-8")
