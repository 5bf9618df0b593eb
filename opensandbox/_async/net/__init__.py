"""Connections: transports, TLS, deadlines, WebSockets."""
