"""Brings staged deals into the tables: one statement a step, whatever the number of rows.

How a deal stands is said by its outcome, else by its stage: a stage with won or lost in its name is the pipeline's
ending. A deal that was won or lost stands in that ending; the open stage that the row names beside an outcome is the
one it left. Its way through the stages is inferred from its dates, as far as they tell.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing.custom import custom_defaults, prepare_custom
from contacts.importing.references import (
    UNSEEN,
    default_owner,
    link_organizations,
    make_bare_contacts,
    reject_contacts_out_of_reach,
    reject_foreign_people,
    resolve_owners,
)
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.importing.custom import custom_of
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.merging import TAKEN, Merge
from crm.importing.staging import REJECTS
from orders.importing.products import make_bare_products
from orders.models import Product
from pipeline.importing import sql as statements
from pipeline.keeping import refresh_deals_of
from pipeline.models import Deal, Pipeline

BEFORE = "it would be closed before it was opened"
TWO_OF_A_NAME = "several people have this name: give the e-mail address"
OWN_ONLY = "you may give deals only to yourself"


def merge_deals(merge: Merge) -> None:
    """Rows by external id; organizations, people, products, pipelines and stages that nobody knows are made."""
    _reject_rows(merge)
    prepare_custom(merge, "pipeline_deal")
    merge.report(0.05, "Finding known deals")
    fold_rows(merge, merge.fields, ["external_id"], wrapped=statements.LINKED)
    _reject_before(merge)
    merge.report(0.2, "Making unknown organizations, people and products")
    _link_related(merge)
    merge.report(0.4, "Finding stages")
    _link_stages(merge)
    merge.report(0.5, "Writing deals")
    _write(merge)
    merge.report(0.9, "Reckoning amounts")
    refresh_deals_of(sql.SQL(f"SELECT deal_id FROM {RECORDS} WHERE is_new OR is_changed"))
    count_records(merge)


def _reject_rows(merge: Merge) -> None:
    """Rows about records, or people, that are out of the actor's reach."""
    reach = merge.changeable(Deal.objects.all())
    if reach is not None:
        ids, parameters = reach
        taken = f"EXISTS (SELECT 1 FROM pipeline_deal d WHERE d.external_id = r.external_id AND d.id NOT IN ({ids}))"
        merge.reject("external_id", TAKEN, taken, parameters)
    for name in ("organization", "contact_external_id"):
        if name in merge.given:
            reject_contacts_out_of_reach(merge, name, Verb.VIEW)
    reject_foreign_people(merge, "owner_email", OWN_ONLY)
    _reject_foreign_names(merge)
    if "product_external_id" in merge.given and not can(merge.actor, Verb.ADD, Product):
        unknown = "NOT EXISTS (SELECT 1 FROM orders_product p WHERE p.external_id = r.product_external_id)"
        reason = UNSEEN.replace("a record that you may not see", "a product that is not known, and you may not add any")
        merge.reject("product_external_id", reason, f"r.product_external_id IS NOT NULL AND {unknown}")


def _reject_foreign_names(merge: Merge) -> None:
    """Names that several people have; and those of others, for who may bring in only own deals."""
    if "owner_name" not in merge.given:
        return
    many = "SELECT lower(name) FROM crm_user GROUP BY 1 HAVING count(*) > 1"
    merge.reject("owner_name", TWO_OF_A_NAME, f"{_without_email(merge)} AND lower(r.owner_name) IN ({many})")
    if default_owner(merge) is not None and merge.actor is not None:
        own = "SELECT lower(name) FROM crm_user WHERE id = %s"
        merge.reject(
            "owner_name",
            OWN_ONLY,
            f"r.owner_name IS NOT NULL AND lower(r.owner_name) NOT IN ({own})",
            [merge.actor.pk],
        )


def _without_email(merge: Merge) -> str:
    return "r.owner_email IS NULL" if "owner_email" in merge.given else "true"


def _reject_before(merge: Merge) -> None:
    """Deals that would end before they began, with what is stored of the other day."""
    merge.run(
        f"""
        WITH gone AS (
          DELETE FROM {RECORDS} s USING {RECORDS} r LEFT JOIN pipeline_deal d ON d.id = r.deal_id
          WHERE r.external_id = s.external_id
            AND coalesce(r.closed_on, d.closed_on) < coalesce(r.opened_on, d.opened_on)
          RETURNING s.first_row
        ) INSERT INTO {REJECTS} SELECT first_row, 'closed_on', %s FROM gone
        """,
        [BEFORE],
    )


def _link_related(merge: Merge) -> None:
    if "organization" in merge.given:
        link_organizations(merge)
    if "contact_external_id" in merge.given:
        make_bare_contacts(merge, RECORDS, "contact_external_id")
        merge.run(statements.LINK_CONTACTS)
    if "product_external_id" in merge.given:
        make_bare_products(merge, RECORDS, "product_external_id")
        merge.run(statements.LINK_PRODUCTS)
    resolve_owners(merge)
    if "owner_name" in merge.given:
        merge.made("users", merge.run(statements.MAKE_OWNERS))
        merge.run(statements.LINK_OWNERS_BY_NAME)
    if "team" in merge.given:
        if _reaches_all(merge):
            merge.made("teams", merge.run(statements.MAKE_TEAMS))
        merge.run(statements.LINK_TEAMS)


def _reaches_all(merge: Merge) -> bool:
    return default_owner(merge) is None


def _link_stages(merge: Merge) -> None:
    """Every record gets its pipeline, its outcome and its stage; what is missing of the pipelines is added."""
    merge.made("pipelines", merge.run(statements.MAKE_PIPELINES) if "pipeline" in merge.given else 0)
    default = Pipeline.objects.first() or Pipeline.objects.create(name="Sales")
    merge.run(statements.LINK_PIPELINES, {"default": default.pk})
    merge.run(f"DROP TABLE IF EXISTS {statements.STAGES}")
    merge.run(statements.FIND_STAGES)
    made = merge.run(statements.MAKE_STAGES)
    if made:
        merge.made("stages", made)
        merge.run(statements.LINK_MADE_STAGES)
        merge.run(statements.MOVE_ENDS_BACK)
    merge.run(statements.LINK_STAGES)


def _write(merge: Merge) -> None:
    if merge.custom:
        merge.run(f"UPDATE {RECORDS} s SET custom = {custom_of(merge)}")
    merge.run(
        f"""
        UPDATE {RECORDS} s SET deal_id = n.id FROM (
          SELECT external_id, nextval(pg_get_serial_sequence('pipeline_deal', 'id')) AS id
          FROM (SELECT external_id FROM {RECORDS} WHERE is_new ORDER BY first_row) o
        ) n WHERE n.external_id = s.external_id
        """
    )
    merge.run(f"ANALYZE {RECORDS}")
    today = company_today(merge.company)
    merge.run(statements.LEDGER_OF_MOVED, {"today": today})
    merge.run(statements.UPDATE, {"today": today})
    owner = default_owner(merge)
    merge.run(
        statements.INSERT,
        {
            "owner": owner.pk if owner else None,
            "team": owner.team_id if owner else None,
            "currency": merge.company.currency,
            "custom": custom_defaults("pipeline.deal"),
        },
    )
    for statement in statements.LEDGER_OF_NEW:
        merge.run(statement)
