"""Retention actions: what rewards staying or penalises leaving, for whom, at what cost, and what came of it."""
