"""From the server into a sandbox: addresses, access checks, HTTP and WebSocket forwarding."""
