"""The whole product as one process group: what `make run` and `manage.py serve` do."""
