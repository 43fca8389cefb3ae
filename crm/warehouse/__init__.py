"""The warehouse door: read-only SQL views for a tool that draws reports, and a role that sees nothing else."""
