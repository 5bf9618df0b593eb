# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
"""Contains endpoint functions for accessing the API"""
