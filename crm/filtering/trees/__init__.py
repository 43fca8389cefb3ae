"""One tree of and, or and not over the catalogue's fields: the same for list, bulk work, export, saved view and API."""
