"""The specs as a witness: every request that the package makes in a test, and every answer of an embedded server, is held
against them (`watching.py`). What does not fit fails the test in which it happened.
"""
