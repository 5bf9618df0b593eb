"""Names that newcomers try, because other packages have them, and what they are called here."""

from __future__ import annotations

from functools import partial, wraps
from inspect import iscoroutinefunction, signature
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

from opensandbox._core.names import way_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

F = TypeVar("F", bound="Callable[..., Any]")

SANDBOX: Final[Mapping[str, str]] = {
    "run": "sandbox.commands.run(…)",
    "exec": "sandbox.commands.run(…)",
    "execute": "sandbox.commands.run(…)",
    "process": "sandbox.commands",
    "run_code": "sandbox.code.run(…)",
    "runCode": "sandbox.code.run(…)",
    "fs": "sandbox.files",
    "filesystem": "sandbox.files",
    "sandbox_id": "sandbox.id",
    "get_host": "await sandbox.url(port), or sandbox.get_endpoint(port) for the address and the headers apart",
    "get_url": "sandbox.url(port)",
    "set_timeout": "sandbox.renew(timeout)",
    "extend": "sandbox.renew(timeout)",
    "terminate": "sandbox.kill()",
    "delete": "sandbox.kill()",
    "stop": "sandbox.pause() or sandbox.kill()",
    "start": "sandbox.resume_in_place()",
    "list_processes": "sandbox.processes.list()",
    "kill_process": "sandbox.processes.kill(pid)",
}
FILES: Final[Mapping[str, str]] = {
    "read": "files.read_file(path), or files.read_bytes(path)",
    "write": "files.write_file(path, data)",
    "list": "files.list_directory(path)",
    "ls": "files.list_directory(path)",
    "remove": "files.delete(path)",
    "rm": "files.delete(path, recursive=True)",
    "make_dir": "files.create_directories(path)",
    "mkdir": "files.create_directories(path)",
    "makedirs": "files.create_directories(path)",
    "rename": 'files.move_files([{"src": …, "dest": …}])',
    "move": 'files.move_files([{"src": …, "dest": …}])',
    "get_info": "files.get_file_info([path])",
    "stat": "files.get_file_info([path])",
    "upload_file": "files.upload(source, path)",
    "download_file": "files.download(path, target)",
}
COMMANDS: Final[Mapping[str, str]] = {
    "exec": "commands.run(…)",
    "execute": "commands.run(…)",
    "run_background": "commands.start(…)",
    "connect": "commands.attach(execution_id)",
    "kill": "commands.interrupt(execution_id)",
}
CREATING: Final[Mapping[str, str]] = {
    "name": 'Sandbox.get_or_create("job-1", "ubuntu") keeps one sandbox per name, metadata={"name": "job-1"} labels one',
    "cpu": 'resource={"cpu": "2", "memory": "4Gi"}',
    "cpus": 'resource={"cpu": "2", "memory": "4Gi"}',
    "memory": 'resource={"cpu": "2", "memory": "4Gi"}',
    "envs": "env={…}",
    "template": "Sandbox.create_from_template(template_id, timeout=…)",
    "api_key": "connection_config=ConnectionConfig(api_key=…)",
    "labels": "metadata={…}",
}


def missing(thing: object, name: str, guesses: Mapping[str, str]) -> NoReturn:
    """Raise `AttributeError` for a name that an object does not have, with what it is called here."""
    if hasattr(type(thing), name):  # a property has raised this, and its own words count
        object.__getattribute__(thing, name)
    kind = type(thing).__name__
    if name in guesses:
        hint = f"use {guesses[name]}"
    elif name.startswith("_"):
        hint = "it is not public"
    else:
        hint = way_out(name, [known for known in dir(type(thing)) if not known.startswith("_")])
    raise AttributeError(f"{kind!r} object has no attribute {name!r}; {hint}", name=name, obj=None)


class Elsewhere:
    """A name that a class does not have: to look at it tells what to use."""

    def __init__(self, use: str) -> None:
        self._use = use

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, thing: object, owner: type) -> NoReturn:
        """Raise `AttributeError`."""
        raise AttributeError(
            f"{owner.__name__!r} has no attribute {self._name!r}; use {self._use}", name=self._name
        )


def keywords_of(guesses: Mapping[str, str]) -> Callable[[F], F]:
    """Let a method say what is meant by keyword arguments that it does not have."""

    def decorate(function: F) -> F:
        known = frozenset(signature(function).parameters)

        def check(keywords: Mapping[str, object]) -> None:
            for name in keywords:
                if name not in known:
                    hint = (
                        f"use {guesses[name]}" if name in guesses else way_out(name, known - {"cls", "self"})
                    )
                    raise TypeError(
                        f"{function.__qualname__}() got an unexpected keyword argument {name!r}; {hint}"
                    )

        if iscoroutinefunction(function):

            @wraps(function)
            async def awaited(*arguments: Any, **keywords: Any) -> Any:
                check(keywords)
                return await function(*arguments, **keywords)

            return cast("F", awaited)

        @wraps(function)
        def called(*arguments: Any, **keywords: Any) -> Any:
            check(keywords)
            # Not by `return function(*arguments, **keywords)`: behind such a call the interpreter looks for signals, and what was made
            # is lost to the exception of a handler. Behind an assignment like this one it does not.
            (result,) = starmap(partial(function, *arguments, **keywords), [()])
            return result

        return cast("F", called)

    return decorate
