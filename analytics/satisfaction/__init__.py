"""The page and the API of satisfaction."""
