"""Measurements of the package, side by side with the published one where that can do the same: `make bench`.

Each benchmark is a module of this package with a function `measure`, listed in `registry.py`, and runs in a process of its
own. What it times runs in further processes: the programs in `programs/`, which are the same for both packages.
"""
