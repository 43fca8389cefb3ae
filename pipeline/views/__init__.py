"""The pages of the pipeline."""
