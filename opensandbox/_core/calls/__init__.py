"""Decisions about failures: what they mean, and what is sent again."""
