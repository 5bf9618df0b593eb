"""Kept for programs written for 1.1.1: the blocking side."""
