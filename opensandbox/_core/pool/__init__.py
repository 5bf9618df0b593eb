"""Decisions of pools: the plan, the book, the scripts inside Redis."""
