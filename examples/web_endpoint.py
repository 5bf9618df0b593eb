"""A web endpoint that runs code of its visitors, each in a warm sandbox of a pool.

When: a service has to answer within milliseconds. The pool starts sandboxes ahead, and replaces each that was used.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from opensandbox import InMemoryAsyncPoolStateStore, PoolCreationSpec, SandboxPoolAsync
from opensandbox.local import LocalServer


async def run(request: Request) -> JSONResponse:
    pool: SandboxPoolAsync = request.app.state.pool
    async with pool.sandbox(timedelta(minutes=1)) as sandbox:
        execution = await sandbox.commands.run("python3 -", input=(await request.body()), timeout=5)
        return JSONResponse({"stdout": execution.stdout, "exit_code": execution.exit_code})


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with (
        LocalServer() as server,
        SandboxPoolAsync(
            pool_name="visitors",
            max_idle=2,
            state_store=InMemoryAsyncPoolStateStore(),
            connection_config=server.connection_config(),
            creation_spec=PoolCreationSpec(image="ubuntu"),
            kill_idle_on_shutdown=True,
        ) as pool,
    ):
        app.state.pool = pool
        yield


app = Starlette(routes=[Route("/run", run, methods=["POST"])], lifespan=lifespan)


async def main() -> None:
    """Three visitors at once. In production: `uvicorn web_endpoint:app`."""
    async with lifespan(app), httpx.AsyncClient(transport=httpx.ASGITransport(app)) as visitor:
        programs = ["print(1 + 1)", "print('hello')", "raise SystemExit(3)"]
        sent = [visitor.post("http://service/run", content=program) for program in programs]
        for answer in await asyncio.gather(*sent):
            print(answer.json())


if __name__ == "__main__":
    asyncio.run(main())
