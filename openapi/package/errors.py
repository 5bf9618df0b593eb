"""What an operation raises of its own accord."""


class UnexpectedStatus(Exception):
    """The answer has a status that the contract does not name, and the client has `raise_on_unexpected_status`."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(
            f"Unexpected status code: {status_code}\n\nResponse content:\n{content.decode(errors='ignore')}"
        )


__all__ = ["UnexpectedStatus"]
