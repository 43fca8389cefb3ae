"""The kind `subscriptions`: its fields, and how its rows become contracts.

Who a contract is: its external id; without one the contact, the plan and the start. A row that tells a length instead
of a start is counted back from its end, or from the day of the import; when such a file comes again on another day, its
rows are the same contracts where the length is the same or the start reckoned now lies within a month of the stored.
"""

from __future__ import annotations

from contacts.importing import make_bare_contacts, reject_contacts_out_of_reach
from crm.company import company_today
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import ImportField
from crm.importing.merging import TAKEN, Merge
from crm.importing.staging import REJECTS
from crm.importing.values import Limits, ValueType
from orders.models import Subscription

RECKONED = "import_reckoned"
LONGEST_MONTHS = 2_400
SAME_START_DAYS = 31
BEFORE = "it would end before it starts"
TEXT_ID = Limits(max_length=200)

SUBSCRIPTION_FIELDS = (
    ImportField("external_id", "External id", limits=TEXT_ID, synonyms=("subscription id", "contract id", "id")),
    ImportField(
        "contact_external_id",
        "Customer",
        required=True,
        limits=TEXT_ID,
        synonyms=("customer id", "customer", "contact id", "client id", "client", "customer number", "account"),
        help="The contact's external id.",
    ),
    ImportField("plan", "Plan", limits=Limits(max_length=120), synonyms=("contract", "product", "tariff", "package")),
    ImportField(
        "started_on", "Started on", ValueType.DATE, synonyms=("start", "start date", "since", "subscribed on", "begin")
    ),
    ImportField(
        "tenure_months",
        "Months so far",
        ValueType.DECIMAL,
        limits=Limits(max_digits=8, decimal_places=2, minimum=0, maximum=LONGEST_MONTHS),
        synonyms=("tenure", "months", "tenure in months", "length in months"),
        help="Instead of a start: counted back from the end, or from the day of the import.",
    ),
    ImportField("ended_on", "Ended on", ValueType.DATE, synonyms=("end", "end date", "until", "churned on")),
    ImportField(
        "ended",
        "Has ended",
        ValueType.BOOLEAN,
        synonyms=("churn", "churned", "cancelled", "is ended"),
        help="Yes or no, where there is no day of the end.",
    ),
    ImportField(
        "monthly_amount",
        "A month",
        ValueType.DECIMAL,
        limits=Limits(max_digits=18, decimal_places=4),
        synonyms=("monthly charges", "monthly fee", "mrr", "amount", "price"),
    ),
    ImportField("currency", "Currency", ValueType.CURRENCY),
    ImportField(
        "term_months",
        "Term in months",
        ValueType.INTEGER,
        limits=Limits(minimum=1, maximum=1_200),
        synonyms=("term", "contract length", "renewal period"),
        help="How long it runs each time.",
    ),
    ImportField(
        "renews_on",
        "Renews on",
        ValueType.DATE,
        synonyms=("renewal", "renewal date", "next renewal"),
        help="The first day of the next term.",
    ),
    ImportField(
        "auto_renews",
        "Renews by itself",
        ValueType.BOOLEAN,
        synonyms=("auto renewal", "auto renew", "automatic renewal"),
        help="Yes or no.",
    ),
    ImportField("cancelled_on", "Cancelled on", ValueType.DATE, synonyms=("notice given on", "cancellation date")),
    ImportField(
        "cancel_reason", "Why cancelled", limits=Limits(max_length=200), synonyms=("reason", "cancellation reason")
    ),
)
OWN_FIELDS = (
    ImportField("starts_on", "Start", ValueType.DATE),
    ImportField("ends_on", "End", ValueType.DATE),
    ImportField("plan_name", "Plan"),
)
RECKON = f"""
CREATE TEMP TABLE {RECKONED} ON COMMIT DROP AS
SELECT k.*, CASE WHEN external_id IS NOT NULL THEN 'id:' || external_id
    ELSE concat('plan:', contact_external_id, '|', plan_name, '|', starts_on) END AS subscription_key
FROM (
  SELECT r.*, coalesce(plan, '') AS plan_name,
    coalesce(started_on, (coalesce(ended_on, %(today)s::date) - length)::date) AS starts_on,
    coalesce(ended_on, CASE WHEN ended THEN
      CASE WHEN started_on IS NULL THEN %(today)s::date
        WHEN tenure_months IS NOT NULL THEN (started_on + length)::date ELSE %(today)s::date END END) AS ends_on
  FROM import_rows r CROSS JOIN LATERAL (SELECT make_interval(
    months => floor(tenure_months)::integer,
    days => round((tenure_months - floor(tenure_months)) * 30.4375)::integer) AS length) l
) k
"""
LINKED = """SELECT f.*, c.id AS contact_id, NULL::bigint AS subscription_id, true AS is_new, false AS is_changed
FROM ({folded}) f LEFT JOIN contacts_contact c ON c.external_id = f.contact_external_id"""
FIND_BY_ID = (
    f"UPDATE {RECORDS} s SET subscription_id = o.id FROM orders_subscription o WHERE o.external_id = s.external_id"
)
FIND_BY_START = f"""
UPDATE {RECORDS} s SET subscription_id = same.id FROM (
  SELECT DISTINCT ON (o.id) o.id, r.subscription_key FROM {RECORDS} r
  JOIN orders_subscription o ON o.contact_id = r.contact_id AND o.plan = r.plan_name AND o.started_on = r.starts_on
  WHERE r.subscription_id IS NULL AND (r.external_id IS NULL OR o.external_id IS NULL) ORDER BY o.id, r.first_row
) same WHERE same.subscription_key = s.subscription_key
"""
FIND_BY_LENGTH = f"""
UPDATE {RECORDS} s SET subscription_id = near.id FROM (
  SELECT DISTINCT ON (o.id) o.id, r.subscription_key FROM {RECORDS} r
  JOIN orders_subscription o ON o.contact_id = r.contact_id AND o.plan = r.plan_name
  WHERE r.subscription_id IS NULL AND r.external_id IS NULL AND r.started_on IS NULL AND o.tenure_months IS NOT NULL
    AND (o.tenure_months = r.tenure_months OR abs(o.started_on - r.starts_on) <= {SAME_START_DAYS})
    AND NOT EXISTS (SELECT 1 FROM {RECORDS} t WHERE t.subscription_id = o.id)
  ORDER BY o.id, o.tenure_months <> r.tenure_months, abs(o.started_on - r.starts_on)
) near WHERE near.subscription_key = s.subscription_key
"""
INSERT = f"""
INSERT INTO orders_subscription (
  contact_id, external_id, plan, started_on, ended_on, tenure_months, monthly_amount, currency, term_months, renews_on,
  auto_renews, cancelled_on, cancel_reason, version, created_at
)
SELECT contact_id, external_id, plan_name, starts_on, ends_on, tenure_months, monthly_amount,
  coalesce(currency, %(currency)s), term_months, renews_on, coalesce(auto_renews, false), cancelled_on,
  coalesce(cancel_reason, ''), 1, now()
FROM {RECORDS} WHERE is_new ORDER BY first_row
"""
ENDED = """CASE WHEN s.ended_on IS NOT NULL THEN s.ended_on WHEN s.ended THEN coalesce(o.ended_on, s.ends_on)
  WHEN s.ended IS NULL THEN o.ended_on END"""
"""A yes without a day keeps the day that is stored; a no opens the contract again; an empty cell takes nothing away."""


def merge_subscriptions(merge: Merge) -> None:
    """Rows into contracts; customers that nobody knows are made bare."""
    reject_contacts_out_of_reach(merge, "contact_external_id")
    merge.reject(
        "started_on",
        "there is neither a start nor a number of months to reckon it from",
        "r.started_on IS NULL AND r.tenure_months IS NULL",
    )
    merge.run(f"DROP TABLE IF EXISTS {RECKONED}")
    merge.run(RECKON, {"today": company_today(merge.company)})
    merge.reject("ended_on", BEFORE, "r.ends_on < r.starts_on", table=RECKONED)
    _reject_out_of_reach(merge)
    merge.report(0.2, "Making unknown customers")
    make_bare_contacts(merge, RECKONED, "contact_external_id")
    fields = [*SUBSCRIPTION_FIELDS, *OWN_FIELDS]
    derived = [spec.name for spec in OWN_FIELDS]
    fold_rows(merge, fields, ["subscription_key"], table=RECKONED, wrapped=LINKED, derived=derived)
    merge.report(0.4, "Finding known subscriptions")
    _find(merge)
    _reject_ends_before_start(merge)
    merge.report(0.7, "Writing subscriptions")
    _update(merge)
    merge.run(INSERT, {"currency": merge.company.currency})
    count_records(merge)


def _reject_out_of_reach(merge: Merge) -> None:
    """Contracts with an id of their own that exist and that the actor may not change."""
    reach = merge.changeable(Subscription.objects.all())
    if reach is not None and "external_id" in merge.given:
        ids, parameters = reach
        taken = (
            f"EXISTS (SELECT 1 FROM orders_subscription o WHERE o.external_id = r.external_id AND o.id NOT IN ({ids}))"
        )
        merge.reject("external_id", TAKEN, taken, parameters, table=RECKONED)


def _find(merge: Merge) -> None:
    if "external_id" in merge.given:
        merge.run(FIND_BY_ID)
    merge.run(FIND_BY_START)
    if "tenure_months" in merge.given:
        merge.run(FIND_BY_LENGTH)
    merge.run(f"UPDATE {RECORDS} SET is_new = false WHERE subscription_id IS NOT NULL")


def _reject_ends_before_start(merge: Merge) -> None:
    """Known contracts that would end before their stored start."""
    merge.run(
        f"""
        WITH gone AS (
            DELETE FROM {RECORDS} s USING orders_subscription o
            WHERE o.id = s.subscription_id AND ({ENDED}) < coalesce(s.started_on, o.started_on) RETURNING s.*
        ) INSERT INTO {REJECTS} SELECT first_row, 'ended_on', %s FROM gone
        """,
        [BEFORE],
    )


def _update(merge: Merge) -> None:
    """Known contracts take the given values that differ."""
    values = {
        "contact_id": "s.contact_id",
        "external_id": "coalesce(s.external_id, o.external_id)",
        "plan": "coalesce(s.plan, o.plan)",
        "started_on": "coalesce(s.started_on, o.started_on)",
        "ended_on": ENDED,
        "tenure_months": "coalesce(s.tenure_months, o.tenure_months)",
        "monthly_amount": "coalesce(s.monthly_amount, o.monthly_amount)",
        "currency": "coalesce(s.currency, o.currency)",
        **{
            name: f"coalesce(s.{name}, o.{name})"
            for name in ("term_months", "renews_on", "auto_renews", "cancelled_on", "cancel_reason")
        },
    }
    sets = ", ".join(f"{name} = {value}" for name, value in values.items())
    differs = " OR ".join(f"({value}) IS DISTINCT FROM o.{name}" for name, value in values.items())
    merge.run(
        f"""
        WITH changed AS (
            UPDATE orders_subscription o SET {sets}, version = o.version + 1 FROM {RECORDS} s
            WHERE s.subscription_id = o.id AND ({differs}) RETURNING o.id
        ) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.subscription_id = changed.id
        """
    )
