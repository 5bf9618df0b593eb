"""Decisions about sandboxes: what may be created, what a state means, when to look again."""
