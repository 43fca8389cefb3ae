"""Returns: lines of an order that come back, as an order of their own."""
