"""The lines of all orders as one list."""
