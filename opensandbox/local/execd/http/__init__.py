"""HTTP/1.1 and WebSockets for the daemon, and its route table."""
