"""Relations: who stands to whom, the tree of organizations, households, who referred whom."""
