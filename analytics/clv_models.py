"""The older address of the score of lifetime value."""

from analytics.models.scores import ClvScore

__all__ = ["ClvScore"]
