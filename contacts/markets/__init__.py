"""Market categories and the facts that a customer of each must have."""
