"""The scores of the customers as a file: one row a customer, every column of the contract, empty where not computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import TextField, Value
from django.db.models.expressions import Combinable

from analytics.models import RfmScore
from analytics.queries import last_run
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.exporting.streams import CannotExport, stream_rows
from crm.templatetags.figures import full_day

if TYPE_CHECKING:
    from crm.models import User

NOT_COMPUTED = (
    "x t_x T p_alive expected_purchases expected_value clv clv_low clv_high historic_profit cost_to_serve "
    "ladder strategy cluster"
).split()
EXPRESSIONS: dict[str, str | Combinable] = {
    "contact_id": "contact_id",
    "external_id": "contact__external_id",
    "as_of": "as_of",
    "recency_days": "recency_days",
    "frequency": "frequency",
    "monetary": "monetary",
    "r": "r",
    "f": "f",
    "m": "m",
    "rfm_segment": "segment",
    "usage_level": "usage_level",
    "churn_probability": "contact__churn__probability",
    **{name: Value(None, output_field=TextField()) for name in NOT_COMPUTED},
}


def score_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Scores of the last run, of the customers that the person may export. Raises CannotExport for another day."""
    run = last_run("rfm")
    if run is None:
        raise CannotExport("Nobody is scored yet: run `manage.py analyze` first.")
    if as_of not in (None, run.as_of):
        raise CannotExport(
            f"The scores are as of {full_day(run.as_of)}. Run `manage.py analyze --as-of {as_of}` first, then export."
        )
    rows = RfmScore.objects.visible_to(user, Verb.EXPORT).order_by("contact_id")
    return stream_rows(rows, EXPRESSIONS, columns)


EXPORTS = (
    ExportKind(
        "customer_scores",
        "Customer scores",
        "contacts.contact",
        tuple(EXPRESSIONS),
        score_rows,
        stored=("analytics.rfmscore",),
    ),
)
