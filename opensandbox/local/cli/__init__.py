"""The command line `opensandbox-local`.

app.py        which commands there are; errors     words.py      splits options from a program's own words
serve.py      serve, clear                         banner.py     what `serve` prints
running.py    run, exec, shell                     terminal.py   a program on this terminal, pipes.py on pipes
listing.py    ps, info                             states.py     kill, pause, resume, snapshot
copying.py    cp                                   following.py  logs
machine.py    doctor, version                      finding.py    which server, which sandbox
output.py     tables and JSON

A module is loaded by the command that needs it, and loads the SDK in its functions: `--help` and completion are fast.
"""
