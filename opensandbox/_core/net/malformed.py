"""What is raised about an answer that breaks the rules of HTTP/1.1."""


class Malformed(ValueError):
    """The other side broke the rules of the protocol, or ended the connection too early."""
