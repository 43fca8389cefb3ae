"""Quotes: prices offered to a customer, approved, sent, and accepted on a public page."""
