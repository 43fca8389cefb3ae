"""The page on which promises to customers, and the hours that they count, are kept."""
