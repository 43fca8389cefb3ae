"""What the pipeline brings to the demo company."""
