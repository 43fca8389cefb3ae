"""Products made to order: their options, and what the lines of an order chose."""
