"""For companions of the published package, see `opensandbox.adapters`: the blocking side."""
