"""Adoption: how far colleagues work with the product, week by week, counted from the log."""
