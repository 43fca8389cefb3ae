"""The kind of rows that the pipeline lets in: deals."""

from pipeline.importing.kinds import DEALS

KINDS = (DEALS,)

__all__ = ["DEALS", "KINDS"]
