# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
"""Contains methods for accessing the API"""
