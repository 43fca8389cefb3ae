"""The contacts of the demo company, and what passed between them and it."""
