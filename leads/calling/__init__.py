"""Call lists: a segment of leads as a list to work through, next by next."""
