"""Brings staged products into the tables, and makes the bare ones that orders name."""

from __future__ import annotations

from psycopg import sql

from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.merging import TAKEN, Merge
from orders.importing.fields import PRODUCT_FIELDS
from orders.keeping import refresh_products_of
from orders.models import Product

LINKED = """SELECT f.*, p.id AS product_id, p.id IS NULL AS is_new, false AS is_changed FROM ({folded}) f
LEFT JOIN orders_product p ON p.external_id = f.external_id"""
SEARCHED = "left(crm_fold({name}), 300), crm_fold(concat_ws(' ', {name}, {id}, nullif({family}, '')))"


def merge_products(merge: Merge) -> None:
    """Rows by external id: new products are made, known ones take what is given."""
    reject_products_out_of_reach(merge, "external_id")
    fold_rows(merge, PRODUCT_FIELDS, ["external_id"], wrapped=LINKED)
    merge.report(0.3, "Writing products")
    _insert(merge)
    _update(merge)
    refresh_products_of(sql.SQL(f"SELECT product_id FROM {RECORDS} WHERE is_changed AND product_id IS NOT NULL"))
    count_records(merge)


def make_bare_products(merge: Merge, table: str, column: str) -> None:
    """A bare product for each external id in `table.column` that is not here yet."""
    made = merge.run(
        f"""
        INSERT INTO orders_product (
            external_id, name, family, currency, version, created_at, updated_at, sort_name, search_text
        )
        SELECT id, id, '', %s, 1, now(), now(), {SEARCHED.format(name="id", id="id", family="''")}
        FROM (SELECT DISTINCT {column} AS id FROM {table} WHERE {column} IS NOT NULL) wanted
        WHERE NOT EXISTS (SELECT 1 FROM orders_product p WHERE p.external_id = wanted.id)
        ORDER BY id ON CONFLICT (external_id) DO NOTHING
        """,
        [merge.company.currency],
    )
    merge.made("products", made)


def reject_products_out_of_reach(merge: Merge, field: str) -> None:
    """Refuses staged rows of products that exist and that the actor may not change."""
    reach = merge.changeable(Product.objects.all())
    if reach is not None:
        ids, parameters = reach
        taken = f"EXISTS (SELECT 1 FROM orders_product p WHERE p.external_id = r.{field} AND p.id NOT IN ({ids}))"
        merge.reject(field, TAKEN, taken, parameters)


def _insert(merge: Merge) -> None:
    merge.run(
        f"""
        INSERT INTO orders_product (
            external_id, name, family, unit_price, unit_cost, currency, version, import_row, created_at, updated_at,
            sort_name, search_text
        )
        SELECT s.external_id, coalesce(s.name, s.external_id), coalesce(s.family, ''), s.unit_price, s.unit_cost,
            coalesce(s.currency, %s), 1, s.first_row, now(), now(),
            {SEARCHED.format(name="coalesce(s.name, s.external_id)", id="s.external_id", family="s.family")}
        FROM {RECORDS} s WHERE s.is_new ORDER BY s.first_row
        """,
        [merge.company.currency],
    )


def _update(merge: Merge) -> None:
    """Known products take the given values that differ; empty cells take nothing away."""
    given = [name for name in ("name", "family", "unit_price", "unit_cost", "currency") if name in merge.given]
    if not given:
        return
    sets = ", ".join(f"{name} = coalesce(s.{name}, p.{name})" for name in given)
    differs = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM p.{name})" for name in given)
    merge.run(
        f"""
        WITH changed AS (
            UPDATE orders_product p SET {sets}, version = p.version + 1, updated_at = now()
            FROM {RECORDS} s WHERE s.product_id = p.id AND ({differs}) RETURNING p.id
        ) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.product_id = changed.id
        """
    )
