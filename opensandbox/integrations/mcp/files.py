"""Tools for files and directories."""

from __future__ import annotations

from mcp.server.mcpserver import Image
from mcp.server.mcpserver.exceptions import ToolError

from opensandbox.integrations.mcp.tool import ADDS, CHANGES, READS, Toolset, tool
from opensandbox.models.filesystem import ContentReplaceEntry, EntryInfo, MoveEntry

MAX_TEXT = 200_000
"""Characters of a file that an agent gets at once."""

PICTURES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}


class FileTools(Toolset):
    """Read, write and find files."""

    @tool(READS)
    async def file_read(
        self, path: str, sandbox_id: str | None = None, offset: int | None = None, limit: int | None = None
    ) -> list[str | Image]:
        """Read a text file, or limit lines of it from line offset (the first is 1). Pictures come as pictures."""
        files = (await self.sandbox(sandbox_id)).files
        if kind := PICTURES.get(path.rpartition(".")[2].lower()):
            return [Image(data=await files.read_bytes(path), format=kind)]
        text = await files.read_file(path, offset=offset, limit=limit)
        if len(text) > MAX_TEXT:
            raise ToolError(f"{path} has {len(text)} characters, more than {MAX_TEXT}: pass offset and limit")
        return [text]

    @tool(CHANGES)
    async def file_write(
        self, path: str, content: str, sandbox_id: str | None = None, append: bool = False, mode: int = 644
    ) -> None:
        """Write a text file, or add to it. Its directories are created. mode are octal digits: 755 for a program."""
        files = (await self.sandbox(sandbox_id)).files
        await files.write_file(path, content, append=append, mode=mode)

    @tool(CHANGES)
    async def file_replace_contents(
        self, path: str, old_content: str, new_content: str, sandbox_id: str | None = None
    ) -> int:
        """Replace every occurrence of a text in a file, and return how many there were. It is an error if there is none."""
        files = (await self.sandbox(sandbox_id)).files
        entry = ContentReplaceEntry(path=path, old_content=old_content, new_content=new_content)
        (done,) = await files.replace_contents_detailed([entry])
        if not done.replaced_count:
            raise ToolError(f"{path} does not contain old_content: read it again")
        return done.replaced_count

    @tool(READS)
    async def file_list(self, path: str, sandbox_id: str | None = None, depth: int = 1) -> list[EntryInfo]:
        """List the entries below a directory, down to depth."""
        return await (await self.sandbox(sandbox_id)).files.list_directory(path, depth=depth)

    @tool(READS)
    async def file_search(self, path: str, pattern: str, sandbox_id: str | None = None) -> list[EntryInfo]:
        """Find files at any depth below a directory whose names match a pattern, such as *.py."""
        return await (await self.sandbox(sandbox_id)).files.search(path, pattern)

    @tool(ADDS)
    async def file_create_directories(self, paths: list[str], sandbox_id: str | None = None) -> None:
        """Create directories and their parents."""
        await (await self.sandbox(sandbox_id)).files.create_directories(paths)

    @tool(CHANGES)
    async def file_move(self, source: str, destination: str, sandbox_id: str | None = None) -> None:
        """Move or rename a file or directory."""
        files = (await self.sandbox(sandbox_id)).files
        await files.move_files([MoveEntry(src=source, dest=destination)])

    @tool(CHANGES)
    async def file_delete(self, path: str, sandbox_id: str | None = None, recursive: bool = False) -> None:
        """Delete a file, or with recursive a directory and all that is below it."""
        await (await self.sandbox(sandbox_id)).files.delete(path, recursive=recursive)
