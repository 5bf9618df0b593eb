"""Commands and shell sessions."""
