"""Mystery shopping: checklists of a touch point, visits by them, and what the visits score."""
