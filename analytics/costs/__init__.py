"""Activity-based costing: what it costs to serve each customer, and what is left after that."""
