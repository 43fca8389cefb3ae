"""What was known of each lead when it came in, and what became of it.

A value that was changed later enters as it was, which the row history knows; what was filled in within a quarter of an
hour after the lead was written down still belongs to its arrival: a colleague who types takes some minutes. Late fields
never enter.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.statements import rows_of
from analytics.steps.churn_scores import Population
from analytics.steps.feature_columns import FeatureColumns
from crm.company import current_company, end_of_day
from crm.customfields.definitions import definitions_of

TEXTS = {
    "source": "Source",
    "list_kind": "Kind of list",
    "list_name": "List",
    "campaign": "Campaign",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "UTM campaign",
    "country": "Country",
    "city": "City",
    "language": "Language",
    "industry": "Industry",
    "market": "Market",
    "product_id": "Interest",
}
FREE_MAIL = frozenset(
    "gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com icloud.com me.com aol.com gmx.de gmx.net"
    " web.de t-online.de proton.me protonmail.com mail.com yandex.ru mail.ru qq.com 163.com orange.fr free.fr".split()
)
ROWS_SQL = """
SELECT l.id, l.created_at,
  CASE WHEN l.converted AND coalesce(l.converted_at, l.created_at) < %(end)s THEN 1
    WHEN l.converted = false AND coalesce(l.lost_at, l.created_at) < %(end)s THEN 0
    WHEN l.created_at < %(end)s - make_interval(days => %(mature)s) THEN 0 END,
  coalesce(w.was, to_jsonb(l))
FROM leads_lead AS l
LEFT JOIN (
  SELECT DISTINCT ON (c.row_id) c.row_id, c.was
  FROM crm_rowchange AS c JOIN leads_lead AS k ON k.id = c.row_id
  WHERE c.table_name = 'leads_lead' AND c.operation = 'U' AND c.at >= k.added_at + interval '15 minutes'
  ORDER BY c.row_id, c.id
) AS w ON w.row_id = l.id
WHERE l.created_at < %(end)s
ORDER BY l.id
"""
"""Id, when it came in, 1 or 0 or (not known yet) nothing, and the row: as it was before its first change, if any."""


def lead_population(as_of: dt.date, mature_days: int) -> tuple[Population, NDArray[np.int64], list[str]]:
    """(all leads that came in by the end of `as_of`, their outcomes with -1 for open, what is left out in sentences).

    A lead that neither bought nor was lost within `mature_days` counts as not converted.
    """
    rows = rows_of(ROWS_SQL, {"end": end_of_day(as_of), "mature": mature_days})
    known = [json.loads(row[3]) for row in rows]
    columns = FeatureColumns(as_of)
    for name, label in TEXTS.items():
        columns.add_texts(name, label, [_text(one.get(name)) for one in known])
    for name, label in (("organization", "Says where they work"), ("phone", "Left a phone number")):
        columns.add_texts(f"has_{name}", label, ["yes" if one.get(name) else "no" for one in known])
    columns.add_texts("mail_kind", "E-mail address", [_mail_kind(one.get("email")) for one in known])
    lengths = np.array([float(len(one.get("message") or "")) for one in known])
    columns.add_number("message_length", "Characters of what they wrote", lengths)
    zone = current_company().zone
    moments = [row[1].astimezone(zone) for row in rows]
    columns.add_number("hour", "Hour of the day", np.array([float(moment.hour) for moment in moments]))
    columns.add_texts("weekday", "Weekday", [f"{moment:%A}" for moment in moments])
    definitions = definitions_of("leads.lead")
    late = [one for one in definitions if one.is_late]
    for one in definitions:
        if not one.is_late:
            columns.add_custom(one, [(values["custom"] or {}).get(one.key) for values in known])
    outcome = np.array([-1 if row[2] is None else row[2] for row in rows], dtype=np.int64)
    population = Population(np.array([row[0] for row in rows], dtype=np.int64), columns.features, None, columns.labels)
    said = list(columns.sentences)
    if late:
        word = "fields are" if len(late) > 1 else "field is"
        said.append(f"{len(late)} late {word} never used: filled in after the first contact.")
    return population, outcome, said


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _mail_kind(address: Any) -> str:
    if not address:
        return "none"
    return "free mail" if str(address).rpartition("@")[2].lower() in FREE_MAIL else "of their organization"
