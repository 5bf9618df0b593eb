"""Try a server against the contract: `python -m opensandbox.contract --domain sandboxes.example.com --api-key KEY`.

The exit status is 0 where the server keeps the level, 1 where it does not, 2 where the program could not try, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox._core.command_line import Parser
from opensandbox.contract.output import Progress, write_json, write_junit, write_table
from opensandbox.contract.results import Level
from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opensandbox.contract.results import Report
    from opensandbox.contract.world import Settings

EXTRA = 'the contract needs the extra "contract": pip install "opensandbox[contract]"'
PASSED, FAILED, CANNOT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        from opensandbox.contract import runner
    except ImportError as error:
        return _fail(f"{error}; {EXTRA}")
    with _interrupts():
        try:
            trial = runner.Runner(
                _settings(options),
                Level(options.level),
                only=options.only,
                tell=(progress := Progress(sys.stderr)).tell,
            )
        except (SandboxException, OSError) as failure:  # an address or a file that cannot be one
            return _fail(str(failure))
        if not trial.names():
            return _fail(f"--only {options.only!r} fits no row; --all without it lists them")
        if refusal := trial.reaches():
            return _fail(refusal)
        progress.begin(trial.report)
        report = trial.run()
    progress.end()
    write_table(report, sys.stdout, everything=options.all)
    if options.json is not None:
        write_json(report, options.json)
    if options.junit is not None:
        write_junit(report, options.junit)
    return _status(report)


@contextmanager
def _interrupts() -> Iterator[None]:
    """SIGTERM cleans up like SIGINT, which shells make background programs ignore."""
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(options: argparse.Namespace) -> Settings:
    from opensandbox.contract.world import Settings

    return Settings(
        domain=options.domain,
        api_key=options.api_key,
        protocol=options.protocol,
        image=options.image,
        language=options.language,
        publish=options.publish,
        use_server_proxy=options.use_server_proxy,
        verify=False if options.insecure else (options.ca or True),
        patience=options.patience,
    )


def _status(report: Report) -> int:
    if report.interrupted:
        return INTERRUPTED
    return FAILED if report.failures() else PASSED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m opensandbox.contract",
        description="Try a server against the contract, and remove what was made for it.",
    )
    parser.add_argument("--domain", help="host[:port] of the server (else OPEN_SANDBOX_DOMAIN)")
    parser.add_argument("--api-key", help="key for the server (else OPEN_SANDBOX_API_KEY)")
    parser.add_argument("--protocol", choices=("http", "https"), default="http")
    parser.add_argument(
        "--level",
        choices=[level.value for level in Level],
        default=Level.V1_1.value,
        help="what the exit status counts; everything is tried and told (default: %(default)s)",
    )
    parser.add_argument("--image", default="ubuntu", help="image of the sandboxes (default: %(default)s)")
    parser.add_argument(
        "--language",
        choices=("python", "bash"),
        default="python",
        help="language of the code that is run (default: %(default)s)",
    )
    parser.add_argument(
        "--publish", metavar="ADDRESS", help="where templates may be stored, such as s3://bucket/path"
    )
    parser.add_argument("--use-server-proxy", action="store_true", help="reach sandboxes through the server")
    parser.add_argument("--ca", type=_existing, metavar="FILE", help="certificate authorities to trust (PEM)")
    parser.add_argument("--insecure", action="store_true", help="do not check certificates")
    parser.add_argument(
        "--patience",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="how long one answer, or one change of state, may take (default: %(default)g)",
    )
    parser.add_argument(
        "--only",
        type=_pattern,
        default="",
        metavar="PATTERN",
        help="try rows alone whose name has this pattern",
    )
    parser.add_argument("--all", action="store_true", help="list what is supported as well")
    parser.add_argument("--json", type=_file, metavar="FILE", help="write all rows as JSON")
    parser.add_argument("--junit", type=_file, metavar="FILE", help="write all rows for a CI server")
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"must be more than 0 seconds, got {text}")
    return seconds


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"no pattern: {text!r}: {error}") from None
    return text


def _existing(text: str) -> str:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return text


def _file(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir():  # found out now rather than after the run
        raise argparse.ArgumentTypeError(f"there is no directory {str(path.parent)!r}")
    return path


def _fail(message: str) -> int:
    print(f"opensandbox.contract: {message}", file=sys.stderr)
    return CANNOT


if __name__ == "__main__":
    sys.exit(main())
