"""What customers of the demo company said over a year."""

from feedback.demo.answers import load

__all__ = ["load"]
