"""The profile of the best customers: a tree to read, its page, and its field."""
