"""Guards are taken out, one at a time, and a test must fail: `make guards`."""
