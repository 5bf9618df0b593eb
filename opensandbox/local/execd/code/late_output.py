"""Where the late output of a run ends: at a mark that is printed behind it, on each stream."""

from __future__ import annotations

STREAMS = ("stdout", "stderr")


class LateOutput:
    """Cuts streams of text at `mark`, wherever their pieces are cut."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._held = dict.fromkeys(STREAMS, "")
        self._open = set(STREAMS)

    @property
    def is_over(self) -> bool:
        """Whether the mark has come on every stream."""
        return not self._open

    def before_the_mark(self, stream: str, piece: str) -> str:
        """Return what of this piece, and of what was held back, is output for certain."""
        if stream not in self._open:
            return ""
        output, found, _ = (self._held.pop(stream, "") + piece).partition(self.mark)
        if found:
            self._open.discard(stream)
            return output
        start = output.rfind(self.mark[0])
        if start < 0 or not self.mark.startswith(output[start:]):
            start = len(output)
        self._held[stream] = output[start:]
        return output[:start]

    def held(self) -> list[tuple[str, str]]:
        """Return what was held back for a mark that did not come."""
        return [(stream, text) for stream, text in self._held.items() if text]
