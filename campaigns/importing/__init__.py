"""What campaigns brings to the import: results of past campaigns, people of segments."""

from campaigns.importing.members import SEGMENT_MEMBERS
from campaigns.importing.results import CAMPAIGN_RESULTS

KINDS = (CAMPAIGN_RESULTS, SEGMENT_MEMBERS)

__all__ = ["KINDS"]
