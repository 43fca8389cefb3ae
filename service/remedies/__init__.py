"""Empowerment: what may be given to a customer who had reason to complain, by whom, and what came of it."""
