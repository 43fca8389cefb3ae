"""What the demo company has been told by the analysis on earlier days."""
