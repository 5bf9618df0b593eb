"""The contract with a server, tried on a running one: `python -m opensandbox.contract`; needs the extra `contract`.

`specs` reads openapi/ and `judge` holds against it what travels. The tests of this package use the same two.
"""
