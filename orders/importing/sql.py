"""The statements of the order import. `import_rows` are staged rows, `import_numbered` the same with what they are in
their order, `import_records` one row a line, `import_orders` one row an order."""

from __future__ import annotations

SALE_KEY = """concat('sale:', contact_external_id, '|',
      to_char(ordered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '|', row_number() OVER (
        PARTITION BY order_id IS NULL AND external_id IS NULL, contact_external_id, ordered_at ORDER BY row_no))"""
ORDER_KEY = f"""CASE WHEN order_id IS NOT NULL THEN 'number:' || order_id
    WHEN external_id IS NOT NULL THEN 'line:' || external_id ELSE {SALE_KEY} END"""
GIVEN_PLACE = """coalesce(line_number, coalesce(max(line_number) OVER (PARTITION BY order_key), 0)
    + row_number() OVER (PARTITION BY order_key, line_number IS NULL ORDER BY row_no))::integer"""
NEXT_PLACE = "(row_number() OVER (PARTITION BY order_key ORDER BY row_no))::integer"

NUMBERED = """
CREATE TEMP TABLE import_numbered ON COMMIT DROP AS
SELECT k.*, {place} AS position FROM (
  SELECT row_no, line, external_id, order_id, line_number, contact_external_id, ordered_at, product_external_id,
    quantity, unit_price, discount, coalesce(amount, {amount}) AS amount, unit_cost, channel, partner_external_id,
    currency, options, offer_code,
    {order_key} AS order_key
  FROM import_rows
) k
"""
"""A line's place in its order: as given; rows without one follow behind, in the order of the file."""
AMOUNT = "round(coalesce(quantity, 1) * unit_price - coalesce(discount, 0), 4)"
OPTION = r"'^([^:]+):\s*(.*?)\s*(?:\(([+-]\d{{1,12}}(?:[.,]\d{{1,4}})?)\))?$'"
"""`Colour: Oak (+4.50)` as name, value, surcharge; braces doubled, as it stands in a statement that is formatted."""
SURCHARGE = f"""coalesce((SELECT sum(replace((regexp_match(btrim(part), {OPTION}))[3], ',', '.')::numeric)
    FROM regexp_split_to_table(options, ';') AS part), 0)"""
AMOUNT_WITH_OPTIONS = AMOUNT.replace("unit_price", f"(unit_price + {SURCHARGE})")
BAD_OPTIONS = f"""EXISTS (SELECT 1 FROM regexp_split_to_table(r.options, ';') AS part
  CROSS JOIN LATERAL (SELECT regexp_match(btrim(part), {OPTION}) AS found) m
  WHERE btrim(part) <> '' AND (m.found IS NULL OR btrim(m.found[2]) = '' OR length(btrim(m.found[1])) > 80
    OR length(m.found[2]) > 300))""".format()

SAME_LINES = (
    """
UPDATE import_numbered n SET order_key = f.order_key, position = f.position FROM (
  SELECT DISTINCT ON (external_id) external_id, order_key, position FROM import_numbered
  WHERE external_id IS NOT NULL ORDER BY external_id, row_no
) f WHERE f.external_id = n.external_id AND (n.order_key, n.position) <> (f.order_key, f.position)
""",
    """
UPDATE import_numbered n SET order_key = o.import_key, position = l.position
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE l.external_id = n.external_id AND o.import_key IS NOT NULL
""",
)
"""A line that has an id of its own is that line, wherever it stands."""

MADE_BY_HAND = "SELECT EXISTS (SELECT 1 FROM orders_order WHERE import_key IS NULL AND number <> '')::integer"
TAKE_UP_ORDERS = """
UPDATE orders_order o SET import_key = 'number:' || o.number
WHERE o.import_key IS NULL AND o.number <> ''
  AND EXISTS (SELECT 1 FROM import_numbered n WHERE n.order_key = 'number:' || o.number)
  AND NOT EXISTS (SELECT 1 FROM orders_order k WHERE k.import_key = 'number:' || o.number)
  AND NOT EXISTS (SELECT 1 FROM orders_order t WHERE t.number = o.number AND t.import_key IS NULL AND t.id <> o.id)
  AND NOT EXISTS (SELECT 1 FROM import_numbered n JOIN contacts_contact c ON c.id = o.contact_id
    WHERE n.order_key = 'number:' || o.number AND n.contact_external_id <> coalesce(c.external_id, ''))
"""
"""Orders that were not imported are known by their number, too, where it is the only one of that number and the file
says no other customer: companies number their orders alike."""

LINKED = """SELECT f.*, c.id AS contact_id, p.id AS product_id, t.id AS partner_id, NULL::bigint AS line_pk,
  true AS is_new, false AS is_changed FROM ({folded}) f
LEFT JOIN contacts_contact c ON c.external_id = f.contact_external_id
LEFT JOIN orders_product p ON p.external_id = f.product_external_id
LEFT JOIN contacts_contact t ON t.external_id = f.partner_external_id"""

ORDERS_OF_FILE = """
CREATE TEMP TABLE import_orders ON COMMIT DROP AS
SELECT s.order_key, min(s.first_row) AS first_row, max(s.order_id) AS order_id, min(s.ordered_at) AS ordered_at,
  (array_agg(s.contact_id ORDER BY s.first_row DESC) FILTER (WHERE s.contact_id IS NOT NULL))[1] AS contact_id,
  (array_agg(s.partner_id ORDER BY s.first_row DESC) FILTER (WHERE s.partner_id IS NOT NULL))[1] AS partner_id,
  (array_agg(s.channel ORDER BY s.first_row DESC) FILTER (WHERE s.channel IS NOT NULL))[1] AS channel,
  (array_agg(s.currency ORDER BY s.first_row DESC) FILTER (WHERE s.currency IS NOT NULL))[1] AS currency,
  (array_agg(s.offer_code ORDER BY s.first_row DESC) FILTER (WHERE s.offer_code IS NOT NULL))[1] AS offer_code,
  sum(s.amount) AS amount,
  CASE WHEN bool_and(s.unit_cost IS NOT NULL)
    THEN round(sum(s.unit_cost * coalesce(s.quantity, CASE WHEN s.amount < 0 THEN -1 ELSE 1 END)), 4) END AS cost,
  coalesce(bool_or(s.quantity > 0), false) OR (count(s.quantity) = 0 AND sum(s.amount) >= 0) AS is_purchase,
  NULL::bigint AS order_pk, false AS is_new, false AS is_changed
FROM import_records s GROUP BY s.order_key
"""
"""An order of the file: the time of its earliest line, else the last value given; totals as in `orders.keeping`."""

ONE_LINE_ORDERS = """
CREATE TEMP TABLE import_orders ON COMMIT DROP AS
SELECT s.order_key, s.first_row, s.order_id, s.ordered_at, s.contact_id, s.partner_id, s.channel, s.currency,
  s.offer_code, s.amount,
  round(s.unit_cost * coalesce(s.quantity, CASE WHEN s.amount < 0 THEN -1 ELSE 1 END), 4) AS cost,
  coalesce(s.quantity > 0, s.amount >= 0) AS is_purchase, NULL::bigint AS order_pk, false AS is_new, false AS is_changed
FROM import_records s
"""
"""The same where every line is an order of its own."""

FIND_ORDERS = "UPDATE import_orders s SET order_pk = o.id FROM orders_order o WHERE o.import_key = s.order_key"
NUMBER_NEW_ORDERS = """
UPDATE import_orders s SET is_new = true, order_pk = n.id FROM (
  SELECT order_key, nextval(pg_get_serial_sequence('orders_order', 'id')) AS id FROM (
    SELECT order_key FROM import_orders WHERE order_pk IS NULL ORDER BY first_row
  ) o
) n WHERE n.order_key = s.order_key
"""

INSERT_ORDERS = """
INSERT INTO orders_order (
  id, number, import_key, contact_id, partner_id, ordered_at, ordered_on, channel, currency, amount, cost, base_amount,
  is_purchase, import_row, created_at, offer_code
)
SELECT s.order_pk, coalesce(s.order_id, ''), s.order_key, s.contact_id, s.partner_id, s.ordered_at, d.ordered_on,
  coalesce(s.channel, ''), coalesce(s.currency, %(currency)s), s.amount, s.cost,
  CASE WHEN coalesce(s.currency, %(currency)s) = %(currency)s THEN s.amount ELSE round(s.amount * (
    SELECT r.rate FROM crm_exchangerate r WHERE r.currency = s.currency AND r.valid_from <= d.ordered_on
    ORDER BY r.valid_from DESC LIMIT 1), 4) END,
  s.is_purchase, s.first_row, now(), coalesce(s.offer_code, '')
FROM import_orders s CROSS JOIN LATERAL (SELECT (s.ordered_at AT TIME ZONE %(zone)s)::date AS ordered_on) d
WHERE s.is_new ORDER BY s.first_row
"""

UPDATE_ORDERS = """
WITH changed AS (
  UPDATE orders_order o SET contact_id = coalesce(s.contact_id, o.contact_id),
    partner_id = coalesce(s.partner_id, o.partner_id), ordered_at = s.ordered_at,
    channel = coalesce(s.channel, o.channel), currency = coalesce(s.currency, o.currency),
    offer_code = coalesce(s.offer_code, o.offer_code)
  FROM import_orders s
  WHERE s.order_pk = o.id AND NOT s.is_new AND (
    (s.contact_id IS NOT NULL AND s.contact_id IS DISTINCT FROM o.contact_id)
    OR (s.partner_id IS NOT NULL AND s.partner_id IS DISTINCT FROM o.partner_id)
    OR s.ordered_at <> o.ordered_at OR s.channel <> o.channel OR s.currency <> o.currency
    OR s.offer_code <> o.offer_code)
  RETURNING o.id
) UPDATE import_orders s SET is_changed = true FROM changed WHERE s.order_pk = changed.id
"""

FIND_LINES = """
UPDATE import_records s SET line_pk = l.id, is_new = false FROM import_orders o, orders_orderline l
WHERE o.order_key = s.order_key AND NOT o.is_new AND l.order_id = o.order_pk AND l.position = s.position
"""

INSERT_LINES = """
INSERT INTO orders_orderline (
  order_id, position, external_id, product_id, quantity, unit_price, discount, amount, unit_cost
)
SELECT o.order_pk, s.position, s.external_id, s.product_id, s.quantity, s.unit_price, coalesce(s.discount, 0), s.amount,
  s.unit_cost
FROM import_records s JOIN import_orders o USING (order_key) WHERE s.is_new ORDER BY s.first_row
"""

UPDATE_LINES = """
WITH changed AS (
  UPDATE orders_orderline l SET product_id = coalesce(s.product_id, l.product_id),
    quantity = coalesce(s.quantity, l.quantity), unit_price = coalesce(s.unit_price, l.unit_price),
    discount = coalesce(s.discount, l.discount), amount = s.amount, unit_cost = coalesce(s.unit_cost, l.unit_cost),
    external_id = coalesce(l.external_id, s.external_id)
  FROM import_records s
  WHERE s.line_pk = l.id AND NOT s.is_new AND (
    (s.product_id IS NOT NULL AND s.product_id IS DISTINCT FROM l.product_id)
    OR (s.quantity IS NOT NULL AND s.quantity IS DISTINCT FROM l.quantity)
    OR (s.unit_price IS NOT NULL AND s.unit_price IS DISTINCT FROM l.unit_price)
    OR s.discount <> l.discount OR s.amount <> l.amount OR (l.external_id IS NULL AND s.external_id IS NOT NULL)
    OR (s.unit_cost IS NOT NULL AND s.unit_cost IS DISTINCT FROM l.unit_cost))
  RETURNING l.id
) UPDATE import_records s SET is_changed = true FROM changed WHERE s.line_pk = changed.id
"""

MARK_CHANGED_ORDERS = """
UPDATE import_records s SET is_changed = true FROM import_orders o
WHERE o.order_key = s.order_key AND o.is_changed AND NOT s.is_new AND s.first_row = o.first_row
"""
"""A change of an order counts as an update of the row of its first line."""

TOUCHED_ORDERS = """
SELECT o.order_pk FROM import_orders o WHERE NOT o.is_new
AND (o.is_changed OR o.order_key IN (SELECT order_key FROM import_records WHERE is_new OR is_changed))
"""

FIND_OPTIONS = f"""
CREATE TEMP TABLE import_options ON COMMIT DROP AS
SELECT DISTINCT ON (l.id, btrim(m.found[1])) l.id AS line_id, l.order_id, s.position, s.order_key, p.place,
  btrim(m.found[1]) AS name, btrim(m.found[2]) AS value,
  coalesce(replace(m.found[3], ',', '.')::numeric, 0)::numeric(16, 4) AS surcharge
FROM import_records s JOIN import_orders o USING (order_key)
JOIN orders_orderline l ON l.order_id = o.order_pk AND l.position = s.position
CROSS JOIN LATERAL regexp_split_to_table(s.options, ';') WITH ORDINALITY AS p (part, place)
CROSS JOIN LATERAL (SELECT regexp_match(btrim(p.part), {OPTION}) AS found) m
WHERE s.options IS NOT NULL AND m.found IS NOT NULL ORDER BY l.id, btrim(m.found[1]), p.place
""".format()
"""What the lines of the file chose, one row an option; a name that stands twice counts once."""

KEEP_OTHER_OPTIONS = """
DELETE FROM import_options i USING (
  SELECT line_id FROM import_options GROUP BY line_id
  HAVING array_agg(ROW(name, value, surcharge)::text ORDER BY name) = (
    SELECT array_agg(ROW(t.name::text, t.value::text, t.surcharge)::text ORDER BY t.name) FROM orders_lineoption t
    WHERE t.line_id = import_options.line_id)
) same WHERE same.line_id = i.line_id
"""
"""Lines that chose the same already are left alone."""

MARK_CHANGED_LINES = """
UPDATE import_records s SET is_changed = true FROM import_options i
WHERE i.order_key = s.order_key AND i.position = s.position AND NOT s.is_new
"""
DROP_OLD_OPTIONS = "DELETE FROM orders_lineoption t USING import_options i WHERE t.line_id = i.line_id"
INSERT_OPTIONS = """
INSERT INTO orders_lineoption (order_id, line_id, name, value, surcharge)
SELECT order_id, line_id, name, value, surcharge FROM import_options ORDER BY line_id, place
"""
WRITE_OPTIONS = (FIND_OPTIONS, KEEP_OTHER_OPTIONS, MARK_CHANGED_LINES, DROP_OLD_OPTIONS, INSERT_OPTIONS)
