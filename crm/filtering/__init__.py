"""Filters, search and keyset pages of lists, made of the catalogues' fields; it knows no app."""
