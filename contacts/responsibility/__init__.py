"""Segments of responsibility: an owner for each part of the customers, and accounts that are reviewed in turn."""
