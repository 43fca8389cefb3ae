"""The import of leads."""

from leads.importing.kinds import KINDS

__all__ = ["KINDS"]
