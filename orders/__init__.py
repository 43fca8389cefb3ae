"""Products, orders and subscriptions."""
