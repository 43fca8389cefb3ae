"""The scores of the customers as a file: one row a customer, every column of the contract, empty where not computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import DateField, Func, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from analytics.queries import last_run
from contacts.models import Contact
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.exporting.streams import CannotExport, refuse_unknown, stream_rows
from crm.templatetags.figures import full_day

if TYPE_CHECKING:
    from crm.models import User

COLUMNS = tuple(
    (
        "contact_id external_id as_of recency_days frequency monetary r f m rfm_segment x t_x T p_alive "
        "expected_purchases expected_value clv clv_low clv_high historic_profit cost_to_serve churn_probability "
        "usage_level ladder strategy cluster significant_as"
    ).split()
)
CLV_COLUMNS = (*COLUMNS[:3], *COLUMNS[10:19])
RFM_COLUMNS = (*COLUMNS[:10], "usage_level")
# by the step that computes them: the relation of a contact to its row, and where in it each column is
SCORES: dict[str, tuple[str, dict[str, str]]] = {
    "rfm": (
        "rfm",
        {name: name for name in ("recency_days", "frequency", "monetary", "r", "f", "m", "usage_level")}
        | {"rfm_segment": "segment"},
    ),
    "clv": (
        "lifetime",
        {
            name: name
            for name in (
                "x", "t_x", "p_alive", "expected_purchases", "expected_value", "clv", "clv_low", "clv_high",
                "historic_profit",
            )
        } | {"T": "age"},
    ),
    "churn": ("churn", {"churn_probability": "probability"}),
    "costs": ("serving", {"cost_to_serve": "cost_to_serve"}),
    "ladder": ("ladder", {"ladder": "rung"}),
    "clusters": ("cluster", {"cluster": "name"}),
    "strategies": ("strategy", {"strategy": "strategy"}),
    "significance": ("significance", {"significant_as": "kinds"}),
}  # fmt: skip


def score_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """The scores as of one day, by default that of the newest run, of the customers that the person may export: who has
    a score of a step that one of the columns is of (everybody has a rung of loyalty, only who bought a value).

    Scores of another day stay empty: a row never mixes days. Raises CannotExport where no score is of the asked day.
    """
    refuse_unknown(columns, COLUMNS)
    asked = [step for step, (_, own) in SCORES.items() if set(own) & set(columns)] or SCORES
    runs = [run for run in map(last_run, asked) if run is not None]
    if not runs:
        raise CannotExport("Nobody is scored yet: run `manage.py analyze` first.")
    newest = max(runs, key=lambda run: (run.created_at, run.pk))
    wanted = as_of or newest.as_of
    of_day = [run.step for run in runs if run.as_of == wanted]
    if not of_day:
        made = full_day(newest.as_of)
        raise CannotExport(f"The scores are as of {made}. Run `manage.py analyze --as-of {wanted}` first, then export.")
    scored = Q(pk__in=())
    for step in of_day:
        scored |= Q(**{f"{SCORES[step][0]}__isnull": False})
    rows = Contact.objects.visible_to(user, Verb.EXPORT).filter(scored).order_by("pk")
    return stream_rows(rows, _expressions(of_day, wanted), columns)


def _expressions(steps: Sequence[str], day: dt.date) -> dict[str, str | Combinable]:
    found: dict[str, str | Combinable] = {name: Value(None, output_field=TextField()) for name in COLUMNS}
    found |= {"contact_id": "pk", "external_id": "external_id", "as_of": Cast(Value(day), DateField())}
    for step in steps:
        relation, columns = SCORES[step]
        found |= {name: f"{relation}__{path}" for name, path in columns.items()}
    if "significance" in steps:
        found["significant_as"] = Func(
            "significance__kinds", Value("; "), function="array_to_string", output_field=TextField()
        )
    return found


EXPORTS = (
    ExportKind(
        "customer_scores",
        "Customer scores",
        "contacts.contact",
        COLUMNS,
        score_rows,
        stored=tuple(
            f"analytics.{name}score"
            for name in ("rfm", "clv", "churn", "cost", "cluster", "ladder", "strategy", "significance")
        ),
    ),
)
