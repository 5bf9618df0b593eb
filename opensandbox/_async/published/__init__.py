"""Names of the published package that companions and older programs use."""
