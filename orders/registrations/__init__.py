"""Products that customers registered: serial numbers and the end of the warranty."""
