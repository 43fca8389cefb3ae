"""Chances by family of products: who buys which family, and when each is bought again."""
