"""Outbound traffic of sandboxes: who may reach what, and whose credentials travel with it.

    policy.py, vault*.py, binding.py, matching.py,
    injection.py                                       decide: values in, a value out
    destination.py, resolver.py                        what a request wants to reach, and the addresses it may use
    proxy.py, http.py, peer.py, client_hello.py        the forward proxy that every sandbox is confined to
    authority.py, gateway.py, sockets.py               what all connections share
    sandbox.py                                         one sandbox: its policy, its vault and its open connections
    api.py                                             the egress API of that sandbox

A sandbox has no route. Its daemon hands the server a socket that listens on the sandbox's own loopback; who connects
there is known by that socket alone, so nothing inside can pass for another sandbox.
"""
