"""Documents as PDF: set by typst in a process of its own, from a template of ours and words as data."""
