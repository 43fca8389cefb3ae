"""Lists of names that were gathered or bought, and what came of them."""
