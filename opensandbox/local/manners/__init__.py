"""Manners: how an embedded server behaves where the contract leaves a choice.

By default it is kind: events come in order, a stream ends with its final event, a context is free when its run is over. The servers
and daemons in use are not; what a client has to be right against is their orders, delays and races. `real` imitates those, and `old` a daemon
without the newer routes besides. All of it happens between client and sandbox, so a sandbox is the same under any manners.

| What                       | kind                          | real, old                                                              |
|----------------------------|-------------------------------|------------------------------------------------------------------------|
| run of code                | complete event at the end     | complete event first; what the code gives comes after it (`runs`)      |
| run after run of code      | the context is free           | busy for 10 to 500 ms more: "session is busy" (`runs`)                 |
| run of a command           | the stream ends with its end  | held open for one second (`runs`)                                      |
| session's run out of time  | an error event                | a bare envelope, a second late (`runs`)                                |
| terminal of a short program| all of its output             | of one in nine the last output is lost; `since=` has it (`terminals`)  |
| WebSocket that is refused  | a refused handshake           | accepted, then closed with 1011 (`terminals`)                          |
| request to a paused sandbox| refused, 409                  | no answer as long as it is paused (`real`)                             |
| body of the wrong shape    | 400 in the envelope           | 422 in the shape of the framework (`local/app`)                        |
| newer routes, lists as command | there                     | old: 404 and 400 of a daemon that has never heard of them (`old`)      |
"""

from __future__ import annotations

from typing import Literal, get_args

Manners = Literal["kind", "real", "old"]

MANNERS_VARIABLE = "OPEN_SANDBOX_LOCAL_MANNERS"
"""What in the environment chooses the manners of servers that are not told any: a whole test suite can run under both."""

MANNERS: tuple[Manners, ...] = get_args(Manners)
