"""What becomes of deals when an import is taken back: one that goes back to its stage says so in its ledger, which is
only ever added to. Pipelines and stages that the import made stay."""

from __future__ import annotations

from django.db import connection

from crm.company import company_today, current_company
from crm.importing.taking_back.rules import TakingBack
from pipeline.keeping import refresh_deals_of

WAY_BACK = """
INSERT INTO pipeline_stagechange (deal_id, from_stage_id, to_stage_id, changed_on, reason, is_inferred, recorded_at)
SELECT d.id, d.stage_id, (r.was ->> 'stage_id')::bigint, %s, '', true, now()
FROM taken_back_fields f JOIN taken_back_rows r USING (table_name, row_id) JOIN pipeline_deal d ON d.id = r.row_id
WHERE f.table_name = 'pipeline_deal' AND f.name = 'stage_id' ORDER BY d.id
"""


def note_way_back() -> None:
    """The way back in the ledger of stages, while the deals still stand where the import put them."""
    with connection.cursor() as cursor:
        cursor.execute(WAY_BACK, [company_today(current_company())])


RULES = TakingBack(
    house=("pipeline.pipeline", "pipeline.stage"),
    mends={"pipeline.deal": (refresh_deals_of,)},
    before=(note_way_back,),
)
