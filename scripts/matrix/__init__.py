"""The package in environments other than the developers': `python -m scripts.matrix`, or `make test-matrix`."""
