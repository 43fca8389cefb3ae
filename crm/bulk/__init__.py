"""One change of all rows that match: chosen by a filter tree or ticked, made as a job, undone from the row history."""
