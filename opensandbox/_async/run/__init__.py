"""Commands, code, sessions, and the streams of what they print."""
