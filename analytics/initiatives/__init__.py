"""Initiatives: what the house does for its relations with customers, in time, in budget, and whether figures moved."""
