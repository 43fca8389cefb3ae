"""Customers who ended: why, what was tried to win them back, how it came out."""
