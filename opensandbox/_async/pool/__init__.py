"""Pools of warm sandboxes: members, their reconciler, and the stores that they share."""
