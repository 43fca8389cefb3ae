"""Data quality: the scores of contacts as fields, on their pages, and by fault, source and owner."""
