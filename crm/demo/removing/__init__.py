"""The demo company is taken away again: what its loader made goes, what people made since stays, and what that needs.

`marks` knows what a load made, `sorting` decides what goes and what stays, `work` takes it out as a job.
"""
