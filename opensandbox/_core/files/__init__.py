"""Decisions about files: requests, ranges, forms, archives."""
