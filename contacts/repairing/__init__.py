"""Data of contacts brought into their one form, many at once: proposals that a person looks at, then a job."""
