"""Tables with millions of rows keep no index whose columns another one begins with: each costs every import."""

import pytest
from django.db import connection

from campaigns.models import Recipient
from contacts.models import Consent, ContactPoint, Interaction, ListedContact
from leads.models import LeadTouch
from orders.models import Invoice, LineOption, Order, OrderLine, PointsEntry
from pipeline.models import StageChange

MANY = (
    Consent, ContactPoint, Interaction, Invoice, LeadTouch, LineOption, ListedContact, Order, OrderLine, PointsEntry,
    Recipient, StageChange,
)  # fmt: skip
TWICE_SQL = """
SELECT few.indexrelid::regclass::text, more.indexrelid::regclass::text
FROM pg_index few JOIN pg_index more ON more.indrelid = few.indrelid AND more.indexrelid <> few.indexrelid
WHERE few.indrelid = %s::regclass AND NOT few.indisunique AND few.indpred IS NULL AND more.indpred IS NULL
  AND few.indexprs IS NULL AND more.indexprs IS NULL AND more.indclass::text LIKE few.indclass::text || '%%'
  AND more.indkey::text || ' ' LIKE few.indkey::text || ' %%'
"""


@pytest.mark.django_db
@pytest.mark.parametrize("model", MANY)
def test_no_index_says_again_what_another_says(model):
    with connection.cursor() as cursor:
        cursor.execute(TWICE_SQL, [model._meta.db_table])
        assert cursor.fetchall() == []
