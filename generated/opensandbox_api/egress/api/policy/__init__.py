# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
"""Contains endpoint functions for accessing the API"""
