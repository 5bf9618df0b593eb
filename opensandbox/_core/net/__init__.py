"""Decisions about addresses, proxies and framing."""
