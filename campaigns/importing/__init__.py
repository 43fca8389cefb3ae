"""What campaigns brings to the import: results of past campaigns."""

from campaigns.importing.results import CAMPAIGN_RESULTS

KINDS = (CAMPAIGN_RESULTS,)

__all__ = ["KINDS"]
