"""Suggestions: what customers want changed, who sees to it, what became of it, and that they are told."""
