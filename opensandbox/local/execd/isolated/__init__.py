"""Isolated sessions."""
