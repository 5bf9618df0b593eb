"""Decisions about ports and endpoints."""
