"""Daemons that are forked from a warm process, the zygote, instead of started.

`__main__` is the zygote: it imports the daemon and forks. `birth` is what a forked process does until it is the daemon of
a sandbox, `confinement` what it gives up on the way, `places` how it finds its modules inside. `system` has the system calls.
"""
