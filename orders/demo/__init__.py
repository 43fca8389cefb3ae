"""The products of the demo company, and what its customers bought."""
