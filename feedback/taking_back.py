"""What becomes of answers, and of what is kept of them, when an import is taken back. Touch points it made stay."""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from crm.importing.taking_back.rules import TakingBack
from feedback.keeping import OF_RESPONSES, refresh_responses_of, refresh_standings_of, refresh_surveys

NOTE = """
DROP TABLE IF EXISTS taken_back_respondents;
CREATE TEMP TABLE taken_back_respondents ON COMMIT DROP AS
SELECT DISTINCT contact_id FROM feedback_response WHERE contact_id IS NOT NULL
AND id IN (SELECT row_id FROM taken_back_made WHERE table_name = 'feedback_response')
"""


def note_respondents() -> None:
    """Whose answers go."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE)


def refresh_responses(chosen: sql.Composable) -> None:
    """What is kept of the responses whose ids a query selects, and of their customers."""
    refresh_responses_of(chosen)
    refresh_standings_of(OF_RESPONSES.format(chosen=chosen))


def refresh_respondents() -> None:
    """The standing of those whose answers went."""
    refresh_standings_of(sql.SQL("SELECT contact_id FROM taken_back_respondents"))
    refresh_surveys()


RULES = TakingBack(
    house=("feedback.touchpoint",),
    derived=("feedback.npsstanding",),
    mends={"feedback.response": (refresh_responses,)},
    before=(note_respondents,),
    after=(refresh_respondents,),
)
