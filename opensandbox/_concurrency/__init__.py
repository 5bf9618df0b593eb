"""What knows asyncio and threads. `pairs` is what both twins are written with."""
