"""Contacts that may be one party, for review: `steps/duplicates.py` finds them."""
