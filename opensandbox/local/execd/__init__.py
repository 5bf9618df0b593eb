"""The daemon inside a sandbox: the execd API on a unix socket.

Read in this order: `server` (start and end), `app` (route table), `commands` (the most used area). `connection` and
`messages` are the HTTP layer: h11 on asyncio, because importing a full web stack costs more time than the whole cold
start may take. An area (files, sessions, code, ...) is imported on the first request that needs it.
"""
