"""Write the blocking twins of the async sources.

    python scripts/unasync.py            write opensandbox/_sync, tests/_sync and what else TREES names
    python scripts/unasync.py --check    write nothing; exit 1, with a diff, where a tree is out of date

Sources are rewritten token by token: `async` and `await` go, `Awaitable[X]` and `Coroutine[Any, Any, X]` become `X`,
and a name is replaced where, and only where, a table below has it. The same happens to names in f-string fields, to
strings that are one dotted name, and, in strings and comments, to code: what is between backticks, or an indented block
after an empty line. Other prose stays as it is.

The tables are closed: a name that looks async and has no line, and a line that no source needs, are both errors.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import re
import subprocess
import sys
import tempfile
import tokenize
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

ROOT = Path(__file__).resolve().parent.parent
TREES = {
    "opensandbox/_async": "opensandbox/_sync",
    "opensandbox/config/connection.py": "opensandbox/config/connection_sync.py",
    "opensandbox/models/handlers.py": "opensandbox/models/execd_sync.py",
    "opensandbox/services": "opensandbox/sync/services",
    "tests/_async": "tests/_sync",
}

# Public classes of ours whose twin carries the suffix `Sync`. One a line, sorted.
OURS = {
    "AdapterFactory",
    "BackgroundCommand",
    "CommandSession",
    "Commands",
    "CommandsAdapter",
    "ConnectionConfig",
    "CredentialVault",
    "Diagnostics",
    "DiagnosticsAdapter",
    "Egress",
    "EgressAdapter",
    "ExecutionEventDispatcher",
    "ExecutionHandlers",
    "ExecutionStream",
    "FileWatch",
    "Filesystem",
    "FilesystemAdapter",
    "Health",
    "HealthAdapter",
    "IsolatedSessionsAdapter",
    "IsolationService",
    "IsolationSession",
    "Metrics",
    "MetricsAdapter",
    "MetricsStream",
    "NetworkPolicyAdapter",
    "PipedCommand",
    "Processes",
    "Sandbox",
    "SandboxFile",
    "SandboxManager",
    "Sandboxes",
    "SandboxesAdapter",
    "Terminal",
}

# Every other pair: of httpx, the standard library, opensandbox/_concurrency/pairs.py and the generated clients, and public
# classes of ours that are not named by suffix. A dotted name is the module of a `from … import`. One a line, sorted.
THEIRS = {
    "ASYNC_NEEDED": "NEEDED",
    "AbstractAsyncContextManager": "AbstractContextManager",
    "AsyncBaseTransport": "BaseTransport",
    "AsyncByteStream": "SyncByteStream",
    "AsyncClient": "Client",
    "AsyncEvent": "Event",
    "AsyncGenerator": "Generator",
    "AsyncHTTPTransport": "HTTPTransport",
    "AsyncIterator": "Iterator",
    "AsyncLock": "Lock",
    "AsyncNetworkBackend": "NetworkBackend",
    "AsyncNetworkStream": "NetworkStream",
    "AsyncOutputHandler": "SyncOutputHandler",
    "AsyncPoolConfig": "PoolConfig",
    "AsyncPoolStateStore": "PoolStateStore",
    "AsyncPooledSandboxCreator": "PooledSandboxCreator",
    "AsyncRedisPoolStateStore": "RedisPoolStateStore",
    "AsyncWorker": "Worker",
    "ExecutionHandlersDict": "ExecutionHandlersSyncDict",
    "InMemoryAsyncPoolStateStore": "InMemoryPoolStateStore",
    "IsolationServiceMixin": "IsolationServiceSyncMixin",
    "RetryAsyncTransport": "RetrySyncTransport",
    "SandboxPoolAsync": "SandboxPoolSync",
    "SandboxPoolManagerAsync": "SandboxPoolManagerSync",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_sync",
    "aclose": "close",
    "aclosing": "closing",
    "aiter_bytes": "iter_bytes",
    "aiter_raw": "iter_raw",
    "AsyncExitStack": "ExitStack",
    "enter_async_context": "enter_context",
    "anext": "next",
    "aread": "read",
    "async_abandonable_call": "abandonable_call",
    "async_blocking_call": "blocking_call",
    "async_finish_or_undo": "finish_or_undo",
    "async_gather_bounded": "gather_bounded",
    "async_gather_outcomes": "gather_outcomes",
    "async_in_background": "in_background",
    "async_network_backend": "network_backend",
    "async_receive": "receive",
    "async_notify": "notify",
    "async_scope_key": "scope_key",
    "async_sleep": "sleep",
    "async_supervised": "supervised",
    "async_together": "together",
    "async_undisturbed": "undisturbed",
    "async_until": "until",
    "async_with_deadline": "with_deadline",
    "asynccontextmanager": "contextmanager",
    "asyncio_detailed": "sync_detailed",
    "get_async_httpx_client": "get_httpx_client",
    "handle_async_request": "handle_request",
    "redis.asyncio": "redis",
    "redis.asyncio.retry": "redis.retry",
    "redis.asyncio.sentinel": "redis.sentinel",
    "reap_expired_idle_with_min_ttl_async": "reap_expired_idle_with_min_ttl",
    "services": "sync.services",
    "websockets.asyncio.client": "websockets.sync.client",
    "try_take_idle_with_min_ttl_async": "try_take_idle_with_min_ttl",
}

HEADER = "# Generated from {source} by scripts/unasync.py. Do not edit.\n"
WORD = re.compile(r"[^\W\d]\w*")
LOOKS_ASYNC = re.compile(
    r"(?!async(?:io)?$)\w*async\w*|__a(?:enter|exit|iter|next)__|a(?:close|closing|iter|iter_\w+|next|read)",
    re.I,
)
CODE_IN_PROSE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MARGIN = re.compile(r"^([ \t]*)\S", re.MULTILINE)
DOTTED_NAME = re.compile(r"(?P<quote>[\"'])[^\W\d]\w*(?:\.[^\W\d]\w*)*(?P=quote)")
ASYNC_CODE = re.compile(r"\basync (?:def|for|with)\b|\bawait \w+[.(]")
DROPPED_LINE = re.compile(r"^ *(?:@|pytestmark = )pytest\.mark\.anyio\n", re.MULTILINE)
UNWRAPPED = {"Awaitable": 0, "Coroutine": 2}  # generic: index of the argument that a blocking call returns
F_STRING = {getattr(tokenize, name, None) for name in ("FSTRING_START", "FSTRING_END")} - {
    None
}  # since Python 3.12

Edit = tuple[int, int, str]


class Refused(Exception):
    """A source that has no faithful twin: each argument is a reason and the way out."""


@dataclass
class Tables:
    """The closed list of renamed names, and which of them were needed."""

    ours: AbstractSet[str]
    theirs: Mapping[str, str]
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if both := sorted(self.ours & self.theirs.keys()):
            raise Refused(f"scripts/unasync.py: in OURS and in THEIRS: {', '.join(both)}")
        self.names = {**self.theirs, **{name: name + "Sync" for name in self.ours}}

    def in_code(self, word: str) -> str:
        """Rename an identifier; refuse one that must have a line and has none."""
        if word not in self.names:
            if LOOKS_ASYNC.fullmatch(word):
                line = f'"{word}": "{_blocking_name(word)}",'
                raise Refused(f"`{word}` has no twin; add the line `{line}` to THEIRS in scripts/unasync.py")
            if word.removesuffix("Sync") in self.ours:
                raise Refused(
                    f"`{word}` is a blocking name in an async source; write `{word.removesuffix('Sync')}`"
                )
        return self.in_text(word)

    def in_text(self, word: str) -> str:
        """Rename a word that may or may not be an identifier."""
        if word in self.names:
            self.used.add(word)
        return self.names.get(word, word)

    def unused(self) -> list[str]:
        """Name the lines that nothing needed."""
        return [
            f'"{name}" in {"OURS" if name in self.ours else "THEIRS"} is used by no source; remove the line from '
            "scripts/unasync.py"
            for name in sorted(self.names.keys() - self.used)
        ]


def _blocking_name(word: str) -> str:
    if word.startswith("asyncio_"):
        return word.replace("asyncio_", "sync_", 1)
    shorter = re.sub(r"Async|async_|_async\b|ASYNC_|_ASYNC\b", "", word)
    return shorter if shorter != word else re.sub(r"^(__)?a", r"\1", word)


def _code(text: str, rename: Callable[[str], str]) -> str:
    """Convert a piece of source that is no whole program: an example, an f-string field."""
    text = re.sub(r"\b(?:async|await)\s+", "", text)
    return WORD.sub(lambda match: rename(match[0]), text)


def _fields(text: str, tables: Tables) -> str:
    """Convert the replacement fields of an f-string and leave its text alone."""
    out, depth, start = [], 0, 0
    for match in re.finditer(r"\{\{|\}\}|[{}]", text):
        if depth == 0 and match[0] in ("{{", "}}"):
            continue
        for brace in match[0]:
            was, depth = depth, depth + (1 if brace == "{" else -1)
            if (was, depth) in ((0, 1), (1, 0)):
                piece = text[start : match.start()]
                out += [_code(piece, tables.in_code) if was else piece]
                start = match.start()
    return "".join([*out, text[start:]])


def _string(text: str, tables: Tables) -> str:
    prefix = text[: len(text) - len(text.lstrip("bBfFrRuU"))].lower()
    if DOTTED_NAME.fullmatch(text):
        return _code(text, tables.in_text)
    return _prose(_fields(text, tables) if "f" in prefix else text, tables)


def _prose(text: str, tables: Tables) -> str:
    margin = min((match[1] for match in MARGIN.finditer(text, text.find("\n") + 1)), default="")
    block = re.compile(rf"(?<=\n\n)(?:{margin}    .*\n)+")
    text = block.sub(lambda match: _code(match[0], tables.in_code), text)
    text = CODE_IN_PROSE.sub(lambda match: _code(match[0], tables.in_code), text)
    if left := ASYNC_CODE.search(text):
        raise Refused(
            f"async code in prose: `{left[0]}`; put it between backticks, or in an indented block after an empty line"
        )
    return text


def _words(
    tokens: list[tokenize.TokenInfo],
) -> Iterator[tuple[tokenize.TokenInfo, tokenize.TokenInfo | None]]:
    """Yield each token with, where it opens an f-string, the token that closes that; f-strings are never taken apart."""
    depth, first = 0, None
    for token in tokens:
        if token.type in F_STRING:
            opens = tokenize.tok_name[token.type] == "FSTRING_START"
            first = token if opens and depth == 0 else first
            depth += 1 if opens else -1
            if depth == 0 and first is not None:
                yield first, token
        elif depth == 0:
            yield token, None


class _Source:
    """Text with a way from rows and columns to offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = io.StringIO(text).readlines()
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def at(self, position: tuple[int, int]) -> int:
        return self._starts[position[0] - 1] + position[1]

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node is: `ast` counts columns in UTF-8 bytes."""
        ends = ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        first, last = (self.at((row, len(self.lines[row - 1].encode()[:col].decode()))) for row, col in ends)
        return first, last


def _restate(source: _Source, tables: Tables) -> Iterator[Edit]:
    """Replace what a coroutine is declared as by what it returns, and modules that have a table line of their own."""
    for node in ast.walk(ast.parse(source.text)):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id in UNWRAPPED
        ):
            arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            outer, inner = source.span(node), source.span(arguments[UNWRAPPED[node.value.id]])
            yield outer[0], inner[0], ""
            yield inner[1], outer[1], ""
        elif isinstance(node, ast.ImportFrom) and node.module in tables.names:
            start = source.span(node)[0] + len("from ")
            yield start, start + len(node.module), tables.in_text(node.module)


def _rename(source: _Source, tables: Tables) -> Iterator[Edit]:
    tokens = list(tokenize.generate_tokens(io.StringIO(source.text).readline))
    following = {id(token): after for token, after in pairwise(tokens)}
    first_seen: dict[str, int] = {}
    for token, closing in _words(tokens):
        start, end = source.at(token.start), source.at((closing or token).end)
        text = source.text[start:end]
        try:
            if closing or token.type == tokenize.STRING:
                yield start, end, _string(text, tables)
            elif token.type == tokenize.COMMENT:
                yield start, end, _prose(text, tables)
            elif token.type == tokenize.NAME and text in ("async", "await"):
                yield start, source.at(following[id(token)].start), ""
            elif token.type == tokenize.NAME:
                yield start, end, tables.in_code(text)
        except Refused as error:
            for reason in error.args:
                first_seen.setdefault(reason, token.start[0])
    if first_seen:
        raise Refused(*(f"{row}: {reason}" for reason, row in first_seen.items()))


def convert(text: str, tables: Tables) -> str:
    """Return the blocking twin of a module, not yet formatted."""
    source = _Source(text)
    try:
        restated = list(_restate(source, tables))
    except SyntaxError as error:
        raise Refused(f"{error.lineno}: {error.msg}") from None
    gone = [(start, end) for start, end, _ in restated]
    renamed = [
        edit for edit in _rename(source, tables) if not any(start <= edit[0] < end for start, end in gone)
    ]
    for start, end, new in sorted(restated + renamed, reverse=True):
        text = text[:start] + new + text[end:]
    text = DROPPED_LINE.sub("", text.replace("None | None", "None"))  # the twin of `Awaitable[None] | None`
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in UNWRAPPED:
            raise Refused(
                f"{node.lineno}: `{node.id}` needs its arguments, as in `{node.id}[…]`, to have a twin"
            )
        if isinstance(node, ast.AsyncFor | ast.AsyncFunctionDef | ast.AsyncWith | ast.Await):
            raise Refused(f"{node.lineno}: async syntax survives")
    if left := re.search(r"\banyio\b", text):
        raise Refused(
            f"{text.count(chr(10), 0, left.start()) + 1}: `anyio` survives; mark tests with a line of its own"
        )
    return text


def _format(root: Path, texts: dict[Path, str]) -> dict[Path, str]:
    """Sort imports, drop those that became unused, and format: all files in one go."""
    with tempfile.TemporaryDirectory() as scratch:
        copies = {target: Path(scratch, target.relative_to(root)) for target in texts}
        for target, copy in copies.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(texts[target], encoding="utf-8", newline="\n")
        ruff = [sys.executable, "-m", "ruff"]
        config = [
            "--no-cache",
            "--config",
            str(ROOT / "pyproject.toml"),
            "--config",
            f'src = [".", "{root.as_posix()}"]',
        ]
        # The twin of `Awaitable[X] | X` is `X | X`: PYI016 merges it.
        fixes = ["--fix", "--exit-zero", "--select", "I,F401,PYI016", "--unsafe-fixes"]
        for command in (["check", *fixes], ["format"]):
            done = subprocess.run(
                [*ruff, *command, "--quiet", *config, "."], cwd=scratch, capture_output=True, text=True
            )
            if done.returncode != 0:
                raise Refused(f"ruff {command[0]}: {done.stdout}{done.stderr}")
        return {target: copy.read_text(encoding="utf-8") for target, copy in copies.items()}


def render(root: Path, trees: Mapping[str, str], tables: Tables) -> tuple[dict[Path, str], list[str]]:
    """Return what the generated trees have to hold, and the complaints about sources."""
    wanted: dict[Path, str] = {}
    problems: list[str] = []
    for source_tree, target_tree in trees.items():
        for source in _files(root / source_tree):
            name = source.relative_to(root).as_posix()
            try:
                if source.suffix != ".py":
                    raise Refused(" only .py files have a twin; move it out of the tree")
                text = convert(source.read_text(encoding="utf-8"), tables)
            except Refused as error:
                problems += [f"{name}:{reason}" for reason in error.args]
            else:
                wanted[root / target_tree / source.relative_to(root / source_tree)] = (
                    HEADER.format(source=name) + text
                )
    return (_format(root, wanted) if wanted else {}), problems or tables.unused()


def _files(tree: Path) -> list[Path]:
    if tree.is_file():
        return [tree]
    return sorted(path for path in tree.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _apply(path: Path, text: str | None) -> str | None:
    """Bring one file up to date; return a complaint instead of deleting what a hand wrote."""
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    elif path.read_bytes().startswith(HEADER.split("{", maxsplit=1)[0].encode()):
        path.unlink()
    else:
        return "no source and no header: written by hand? move or delete it"
    return None


def run(root: Path, trees: Mapping[str, str], tables: Tables, *, check: bool) -> int:
    """Write or check the generated trees below `root`; return the exit status."""
    wanted, problems = render(root, trees, tables)
    refused = {problem.split(":", maxsplit=1)[0] for problem in problems}
    for source_tree, target_tree in trees.items():
        for path in sorted(
            {*_files(root / target_tree), *(p for p in wanted if p.is_relative_to(root / target_tree))}
        ):
            origin = Path(source_tree, path.relative_to(root / target_tree)).as_posix()
            actual = path.read_bytes() if path.exists() else None
            text = wanted.get(path)
            if origin in refused or actual == (None if text is None else text.encode()):
                continue
            name = path.relative_to(root).as_posix()
            if not check:
                if complaint := _apply(path, text):
                    problems.append(f"{name}: {complaint}")
                continue
            state = "missing" if actual is None else "orphan" if text is None else "out of date"
            problems.append(f"{name}: {state}; run `make gen` (edits belong in {origin})")
            old = (actual or b"").decode(errors="backslashreplace").splitlines(keepends=True)
            sys.stdout.writelines(
                line if line.endswith("\n") else f"{line}\n\\ no newline at end of file\n"
                for line in difflib.unified_diff(
                    old, (text or "").splitlines(keepends=True), name, f"from {origin}"
                )
            )
    for problem in problems:
        print(f"unasync: {problem}", file=sys.stderr)
    return 1 if problems else 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare only, print the difference, exit 1 if there is any"
    )
    check = parser.parse_args().check
    return run(ROOT, TREES, Tables(OURS, THEIRS), check=check)


if __name__ == "__main__":
    sys.exit(main())
