"""Layouts: which fields stand where in a form and beside a record, arranged by an administrator for each role."""
