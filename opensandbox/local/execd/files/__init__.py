"""The file routes, and the processes that act for other users."""
