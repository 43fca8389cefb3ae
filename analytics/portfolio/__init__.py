"""Where the customers stand: the ladder of loyalty, as fields, on their pages and on a page of its own."""
