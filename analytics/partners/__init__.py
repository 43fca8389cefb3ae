"""Direct sales beside channel partners."""
