"""Images: what is kept of them on disk, and how they get there."""
