"""What each field of work adds to the access tests: makers of records and a table of addresses, a file a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.access.article_table import ARTICLE_ADDRESSES, PORTAL_ADDRESSES
from tests.access.articled import ARTICLE_MAKERS
from tests.access.campaign_table import CAMPAIGN_ADDRESSES
from tests.access.campaigned import CAMPAIGN_MAKERS
from tests.access.dashboard_table import DASHBOARD_ADDRESSES, DASHBOARD_MAKERS
from tests.access.deal_table import DEAL_ADDRESSES
from tests.access.desk_table import DESK_ADDRESSES, DESK_MAKERS
from tests.access.duplicate_table import DUPLICATE_ADDRESSES, DUPLICATE_MAKERS
from tests.access.feedback_table import FEEDBACK_ADDRESSES, FEEDBACK_MAKERS
from tests.access.guide_table import GUIDE_ADDRESSES, GUIDE_MAKERS
from tests.access.import_table import IMPORT_ADDRESSES, IMPORT_MAKERS
from tests.access.initiative_table import INITIATIVE_ADDRESSES, INITIATIVE_MAKERS
from tests.access.law import Address
from tests.access.merge_table import MERGE_ADDRESSES, MERGE_MAKERS
from tests.access.play_table import PLAY_ADDRESSES, PLAY_MAKERS
from tests.access.portfolio_table import PORTFOLIO_ADDRESSES
from tests.access.privacy_table import PRIVACY_ADDRESSES, PRIVACY_MAKERS
from tests.access.quality_table import QUALITY_ADDRESSES
from tests.access.remedied import REMEDY_MAKERS
from tests.access.remedy_table import REMEDY_ADDRESSES
from tests.access.report_table import REPORT_ADDRESSES, REPORT_MAKERS
from tests.access.staged import STAGE_MAKERS
from tests.access.ticket_table import TICKET_ADDRESSES
from tests.access.ticketed import TICKET_MAKERS

BROUGHT_MAKERS: dict[str, Callable[..., Any]] = {
    **TICKET_MAKERS,
    **STAGE_MAKERS,
    **DESK_MAKERS,
    **REMEDY_MAKERS,
    **ARTICLE_MAKERS,
    **CAMPAIGN_MAKERS,
    **PLAY_MAKERS,
    **FEEDBACK_MAKERS,
    **DUPLICATE_MAKERS,
    **MERGE_MAKERS,
    **IMPORT_MAKERS,
    **PRIVACY_MAKERS,
    **GUIDE_MAKERS,
    **DASHBOARD_MAKERS,
    **REPORT_MAKERS,
    **INITIATIVE_MAKERS,
}
BROUGHT_ADDRESSES: dict[str, Address] = {
    **TICKET_ADDRESSES,
    **DESK_ADDRESSES,
    **REMEDY_ADDRESSES,
    **DEAL_ADDRESSES,
    **ARTICLE_ADDRESSES,
    **PORTAL_ADDRESSES,
    **CAMPAIGN_ADDRESSES,
    **PLAY_ADDRESSES,
    **FEEDBACK_ADDRESSES,
    **DUPLICATE_ADDRESSES,
    **MERGE_ADDRESSES,
    **IMPORT_ADDRESSES,
    **PORTFOLIO_ADDRESSES,
    **INITIATIVE_ADDRESSES,
    **PRIVACY_ADDRESSES,
    **QUALITY_ADDRESSES,
    **GUIDE_ADDRESSES,
    **DASHBOARD_ADDRESSES,
    **REPORT_ADDRESSES,
}
