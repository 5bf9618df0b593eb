"""Decisions about commands, code and terminals, and what their streams say."""
