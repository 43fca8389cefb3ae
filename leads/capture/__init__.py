"""Forms that strangers fill in: built by a marketer, guarded without third parties."""
