"""The statements of the order import. `import_rows` are staged rows, `import_records` lines, `import_orders` orders."""

from __future__ import annotations

SET_AMOUNTS = """
UPDATE import_rows SET amount = round(coalesce(quantity, 1) * unit_price - coalesce(discount, 0), 4)
WHERE amount IS NULL AND unit_price IS NOT NULL
"""

NUMBER_ORDERS = """
UPDATE import_rows r SET order_key = k.order_key FROM (
  SELECT row_no, CASE
    WHEN order_id IS NOT NULL THEN 'number:' || order_id
    WHEN external_id IS NOT NULL THEN 'line:' || external_id
    ELSE concat('sale:', contact_external_id, '|', to_char(ordered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '|',
      row_number() OVER (
        PARTITION BY order_id IS NULL AND external_id IS NULL, contact_external_id, ordered_at ORDER BY row_no))
    END AS order_key
  FROM import_rows
) k WHERE k.row_no = r.row_no
"""

NUMBER_LINES = """
UPDATE import_rows r SET position = p.position FROM (
  SELECT row_no, coalesce(line_number, coalesce(max(line_number) OVER (PARTITION BY order_key), 0)
    + row_number() OVER (PARTITION BY order_key, line_number IS NULL ORDER BY row_no)) AS position
  FROM import_rows
) p WHERE p.row_no = r.row_no
"""
"""A line's place in its order: as given; rows without one follow behind, in the order of the file."""

LINES_OUT_OF_REACH = """EXISTS (
  SELECT 1 FROM orders_orderline l WHERE l.external_id = r.external_id AND l.order_id NOT IN ({ids}))"""

ORDERS_OF_FILE = """
CREATE TEMP TABLE import_orders ON COMMIT DROP AS
SELECT s.order_key, min(s.first_row) AS first_row, max(s.order_id) AS order_id, min(s.ordered_at) AS ordered_at,
  (array_agg(s.contact_id ORDER BY s.first_row DESC) FILTER (WHERE s.contact_id IS NOT NULL))[1] AS contact_id,
  (array_agg(s.partner_id ORDER BY s.first_row DESC) FILTER (WHERE s.partner_id IS NOT NULL))[1] AS partner_id,
  (array_agg(s.channel ORDER BY s.first_row DESC) FILTER (WHERE s.channel IS NOT NULL))[1] AS channel,
  (array_agg(s.currency ORDER BY s.first_row DESC) FILTER (WHERE s.currency IS NOT NULL))[1] AS currency,
  sum(s.amount) AS amount,
  CASE WHEN bool_and(s.unit_cost IS NOT NULL)
    THEN round(sum(s.unit_cost * coalesce(s.quantity, CASE WHEN s.amount < 0 THEN -1 ELSE 1 END)), 4) END AS cost,
  coalesce(bool_or(s.quantity > 0), false) OR (count(s.quantity) = 0 AND sum(s.amount) >= 0) AS is_purchase,
  NULL::bigint AS order_pk, false AS is_new, false AS is_changed
FROM import_records s GROUP BY s.order_key ORDER BY min(s.first_row)
"""
"""An order of the file: the time of its earliest line, else the last value given; totals as `orders.keeping` has them."""

INSERT_ORDERS = """
INSERT INTO orders_order (
  id, number, import_key, contact_id, partner_id, ordered_at, ordered_on, channel, currency, amount, cost, base_amount,
  is_purchase, created_at
)
SELECT s.order_pk, coalesce(s.order_id, ''), s.order_key, s.contact_id, s.partner_id, s.ordered_at, d.ordered_on,
  coalesce(s.channel, ''), coalesce(s.currency, %(currency)s), s.amount, s.cost,
  CASE WHEN coalesce(s.currency, %(currency)s) = %(currency)s THEN s.amount ELSE round(s.amount * (
    SELECT r.rate FROM crm_exchangerate r WHERE r.currency = s.currency AND r.valid_from <= d.ordered_on
    ORDER BY r.valid_from DESC LIMIT 1), 4) END,
  s.is_purchase, now()
FROM import_orders s CROSS JOIN LATERAL (SELECT (s.ordered_at AT TIME ZONE %(zone)s)::date AS ordered_on) d
WHERE s.is_new ORDER BY s.first_row
"""

UPDATE_ORDERS = """
WITH changed AS (
  UPDATE orders_order o SET contact_id = coalesce(s.contact_id, o.contact_id),
    partner_id = coalesce(s.partner_id, o.partner_id), ordered_at = s.ordered_at,
    channel = coalesce(s.channel, o.channel), currency = coalesce(s.currency, o.currency)
  FROM import_orders s
  WHERE s.order_pk = o.id AND NOT s.is_new AND (
    (s.contact_id IS NOT NULL AND s.contact_id IS DISTINCT FROM o.contact_id)
    OR (s.partner_id IS NOT NULL AND s.partner_id IS DISTINCT FROM o.partner_id)
    OR s.ordered_at <> o.ordered_at OR s.channel <> o.channel OR s.currency <> o.currency)
  RETURNING o.id
) UPDATE import_orders s SET is_changed = true FROM changed WHERE s.order_pk = changed.id
"""

FIND_LINES = (
    """
UPDATE import_records s SET line_pk = l.id FROM orders_orderline l
WHERE s.external_id IS NOT NULL AND l.external_id = s.external_id
""",
    """
UPDATE import_records s SET line_pk = l.id FROM orders_orderline l, import_orders o
WHERE s.line_pk IS NULL AND o.order_key = s.order_key AND NOT o.is_new
  AND l.order_id = s.order_pk AND l.position = s.position
""",
)

INSERT_LINES = """
INSERT INTO orders_orderline (
  order_id, position, external_id, product_id, quantity, unit_price, discount, amount, unit_cost
)
SELECT s.order_pk, s.position, s.external_id, s.product_id, s.quantity, s.unit_price, coalesce(s.discount, 0), s.amount,
  s.unit_cost
FROM import_records s WHERE s.is_new ORDER BY s.first_row
"""

UPDATE_LINES = """
WITH changed AS (
  UPDATE orders_orderline l SET product_id = coalesce(s.product_id, l.product_id),
    quantity = coalesce(s.quantity, l.quantity), unit_price = coalesce(s.unit_price, l.unit_price),
    discount = coalesce(s.discount, l.discount), amount = s.amount, unit_cost = coalesce(s.unit_cost, l.unit_cost)
  FROM import_records s
  WHERE s.line_pk = l.id AND NOT s.is_new AND (
    (s.product_id IS NOT NULL AND s.product_id IS DISTINCT FROM l.product_id)
    OR (s.quantity IS NOT NULL AND s.quantity IS DISTINCT FROM l.quantity)
    OR (s.unit_price IS NOT NULL AND s.unit_price IS DISTINCT FROM l.unit_price)
    OR s.discount <> l.discount OR s.amount <> l.amount
    OR (s.unit_cost IS NOT NULL AND s.unit_cost IS DISTINCT FROM l.unit_cost))
  RETURNING l.id
) UPDATE import_records s SET is_changed = true FROM changed WHERE s.line_pk = changed.id
"""
