"""Search over everything a person may see: what is typed, found in every source of the catalogues, best first."""
