"""Sequence selling: the page of what is bought after what, and the item in line of a contact as a field."""
