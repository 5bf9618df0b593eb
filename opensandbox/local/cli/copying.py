"""`cp`: files and trees, from this machine into a sandbox and back."""
