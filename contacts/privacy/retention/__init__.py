"""How long which data are kept: a rule for each kind, tried before it works, done each night by a worker."""
