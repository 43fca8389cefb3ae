"""One file with everything: the database as of one moment, the uploads that it names, a manifest with sums."""
