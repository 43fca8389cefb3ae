"""Segments: contacts under a name, by a filter tree."""
