"""What the server outside asks of the daemon: the main program, hooks, ports, the way out, metrics."""
