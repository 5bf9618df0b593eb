"""Put one sandbox's file system together: its directories on disk, and the bubblewrap options that mount them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from opensandbox.local.runtime.bubblewrap import Overlay, sandbox_options
from opensandbox.local.runtime.interpreter import HOME
from opensandbox.local.runtime.root import name_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opensandbox.local.runtime.ground import Ground
    from opensandbox.local.runtime.interpreter import Interpreter
    from opensandbox.local.runtime.spec import BoxSpec, Mount
    from opensandbox.local.runtime.stage import Stage

SOCKET_DIR = f"{HOME}/run"
WORKDIR = "/workspace"
GROUPS_DIR = "/sys/fs/cgroup"
# Where programs inside find the way out, on their own loopback.
EGRESS_PORT = 18079


def lay_out(
    name: str,
    directory: Path,
    spec: BoxSpec,
    *,
    base: Path,
    ground: Ground,
    interpreter: Interpreter,
    groups: Mapping[str, Path],
    sources: Sequence[int] = (),
    filters: Sequence[int] = (),
    forked: bool = False,
    stage: Stage,
    state_dir: Path,
) -> list[str]:
    """Make the new `directory` for a sandbox with host name `name`; returns bubblewrap's options for it.

    `base` is what `build_base` wrote, `ground` is what the sandbox lies on, `groups` are its control groups by where they are seen inside,
    `sources` the open sources of `spec.mounts`, `filters` the programs that filter system calls, `forked` as in `sandbox_options`. `stage` is told of everything that is mounted; what lies in `state_dir` is the
    server's own. Raises ValueError for something in `spec` that does not exist or cannot be mounted; the caller removes `directory`.
    """
    directory.mkdir(mode=0o700)
    (directory / "sock").mkdir()
    overlays = list(_overlays(directory, spec, ground))
    for overlay in overlays:
        overlay.upper.mkdir(parents=True)
        overlay.upper.chmod(0o755)  # the mode that the tree has inside
        overlay.work.mkdir(parents=True)
    name_host(directory / "upper/root/etc", name)
    mounts = [
        *interpreter.mounts(base, foreign=ground.foreign),
        ("--bind", str(directory / "sock"), SOCKET_DIR),
    ]
    # Read-only: the sandbox learns what it uses and may use, and changes nothing.
    mounts = [_staged(mount, stage) for mount in mounts]
    mounts += [("--ro-bind", str(group), target) for target, group in groups.items()]
    for mount, source in zip(spec.mounts, sources, strict=True):
        how = "--ro-bind" if mount.read_only else "--bind"
        place = stage.place_mount(source, private=mount.source.is_relative_to(state_dir))
        # bubblewrap finds out and gives up when the place it mounted is not the open one.
        mounts.append((how, place, mount.target) if place else (f"{how}-fd", str(source), mount.target))
    visible = [(overlay.target, overlay.lowers) for overlay in overlays]
    visible += [
        (mount.target, (Path(f"/proc/self/fd/{source}"),))
        for mount, source in zip(spec.mounts, sources, strict=True)
    ]
    for target in (*(mount.target for mount in spec.mounts), *groups, SOCKET_DIR, "/proc", "/dev", WORKDIR):
        refuse_link(target, visible)
    refuse_deep_mounts(spec.mounts)
    return sandbox_options(
        hostname=name,
        overlays=[_staged_overlay(overlay, directory, stage) for overlay in overlays],
        mounts=mounts,
        workdir=WORKDIR,
        filters=filters,
        forked=forked,
        ranged=stage.users is not None,
    )


def _staged(mount: tuple[str, ...], stage: Stage) -> tuple[str, ...]:
    if mount[0] not in ("--bind", "--ro-bind", "--overlay-src"):
        return mount
    how, source, *target = mount
    return (how, stage.place(source), *target)


def _staged_overlay(overlay: Overlay, directory: Path, stage: Stage) -> Overlay:
    # The upper and the work directory have to lie in one mount.
    own = Path(stage.place(directory))
    return Overlay(
        overlay.target,
        tuple(Path(stage.place(lower)) for lower in overlay.lowers),
        own / overlay.upper.relative_to(directory),
        own / overlay.work.relative_to(directory),
    )


def nested_targets(mounts: Sequence[Mount]) -> list[str]:
    """The targets of mounts that lie inside of another mount."""
    return [inner.target for inner, _ in _nested(mounts)]


def refuse_deep_mounts(mounts: Sequence[Mount]) -> None:
    """Refuse a mount that lies deeper than directly in another one. Raises ValueError.

    bubblewrap makes missing directories by name, and follows links on the way to the last one, which whoever shares the
    outer volume may put there: it would make a directory of the host's.
    """
    for inner, outer in _nested(mounts):
        if PurePosixPath(inner.target).parent != PurePosixPath(outer.target):
            raise ValueError(
                f"cannot mount at {inner.target}: it lies deep in the volume at {outer.target}; "
                "choose a target directly below that, or outside"
            )


def _nested(mounts: Sequence[Mount]) -> Iterator[tuple[Mount, Mount]]:
    """Each mount that lies in another one, with that."""
    for inner in mounts:
        for outer in mounts:
            place = PurePosixPath(outer.target)
            if inner is not outer and place in PurePosixPath(inner.target).parents:
                yield inner, outer


def layers_of(snapshot: Path) -> list[Path]:
    """The layers in a directory written by `Box.snapshot`, lowest first. Each has one directory per overlay.

    Raises ValueError when there is no such directory.
    """
    if not snapshot.is_dir():
        raise ValueError(f"snapshot {snapshot} does not exist")
    return sorted(snapshot.iterdir())


def _overlays(directory: Path, spec: BoxSpec, ground: Ground) -> Iterator[Overlay]:
    layers = [layer for snapshot in spec.layers for layer in layers_of(snapshot)]
    for tree in ground.trees:
        stacked = tuple(layer / tree.name for layer in layers if (layer / tree.name).is_dir())
        upper, work = directory / "upper" / tree.name, directory / "work" / tree.name
        yield Overlay(tree.target, (*tree.lowers, *stacked), upper, work)


def refuse_link(target: str, visible: Sequence[tuple[str, Sequence[Path]]]) -> None:
    """Refuse a mount whose way leads over a link: bubblewrap would follow it while the host is still in sight.

    `visible` pairs each tree inside with the host directories it is made of. Raises ValueError.
    """
    for top, sources in visible:
        if target == top or not PurePosixPath(target).is_relative_to(top):
            continue
        parts = PurePosixPath(target).relative_to(top).parts
        for step in (
            source.joinpath(*parts[:depth]) for source in sources for depth in range(1, len(parts) + 1)
        ):
            if step.is_symlink():
                raise ValueError(f"cannot mount at {target}: {step.name!r} is a symbolic link there")
