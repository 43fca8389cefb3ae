"""The statements behind the selling alerts: who has what, what goes together, whom a rule fits, what came of it."""

from __future__ import annotations

from psycopg import sql

from analytics.models import SellAlert

TABLE = SellAlert._meta.db_table
HOLDING, PRODUCT, RULE = f"{TABLE}_holding", f"{TABLE}_product", f"{TABLE}_rule"
NAMES = {
    "alerts": sql.Identifier(TABLE),
    "holding": sql.Identifier(HOLDING),
    "product": sql.Identifier(PRODUCT),
    "rule": sql.Identifier(RULE),
}

# which customer bought which product: returns and lines without a product are no purchases
HOLDING_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {holding} AS
SELECT o.contact_id, l.product_id, min(o.ordered_on) AS first_on, max(o.ordered_on) AS last_on, count(*) AS lines,
       count(DISTINCT o.id) FILTER (WHERE o.ordered_on > {as_of} - 365) AS orders_365,
       coalesce(sum(coalesce(l.quantity, 1)) FILTER (WHERE o.ordered_on > {as_of} - 365), 0) AS quantity_365,
       sum(coalesce(l.quantity, 1)) AS quantity, sum(l.amount * o.base_amount / nullif(o.amount, 0)) AS spent
FROM orders_order AS o JOIN orders_orderline AS l ON l.order_id = o.id
WHERE o.contact_id IS NOT NULL AND l.product_id IS NOT NULL AND o.is_purchase AND coalesce(l.quantity, 1) > 0
  AND o.ordered_on <= {as_of}
GROUP BY o.contact_id, l.product_id
""")
PRODUCT_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {product} AS
SELECT p.id, p.family, p.archived_at IS NULL AS is_offered, held.buyers, held.price, held.usual, costs.margin
FROM orders_product AS p
JOIN (
    SELECT product_id, count(*) AS buyers, sum(spent) / nullif(sum(quantity), 0) AS price,
           sum(spent) / nullif(sum(lines), 0) AS usual
    FROM {holding} GROUP BY product_id
) AS held ON held.product_id = p.id
LEFT JOIN (
    SELECT l.product_id, 1 - sum(l.unit_cost * l.quantity) / nullif(sum(l.amount), 0) AS margin
    FROM orders_orderline AS l JOIN orders_order AS o ON o.id = l.order_id
    WHERE l.unit_cost IS NOT NULL AND l.quantity > 0 AND o.ordered_on <= {as_of} AND o.ordered_on > {as_of} - 730
    GROUP BY l.product_id
) AS costs ON costs.product_id = p.id
""")
CUSTOMERS_SQL = sql.SQL("SELECT count(DISTINCT contact_id) FROM {holding}")
PRODUCTS_SQL = sql.SQL("""
SELECT id, family, is_offered, buyers, coalesce(price, 0)::float8, coalesce(usual, 0)::float8, margin::float8
FROM {product} ORDER BY buyers DESC, id LIMIT {most}
""")
# how many customers have both, and how many of them began with the first
PAIRS_SQL = sql.SQL("""
SELECT a.product_id, b.product_id, count(*), count(*) FILTER (WHERE b.first_on > a.first_on)
FROM {holding} AS a JOIN {holding} AS b ON b.contact_id = a.contact_id AND b.product_id <> a.product_id
WHERE a.product_id = ANY({products}) AND b.product_id = ANY({products})
GROUP BY 1, 2 HAVING count(*) >= {least}
""")
# each with what people's answers so far make of such an offer
RULE_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {rule} AS
SELECT r.*, r.chance * r.gain * coalesce(trust.share, 1) AS worth
FROM unnest({kinds}::text[], {haves}::bigint[], {offers}::bigint[], {chances}::float8[], {gains}::float8[],
            {evidence}::text[]) AS r (kind, have, offer, chance, gain, evidence)
LEFT JOIN ({trust}) AS trust ON trust.kind = r.kind AND trust.product_id = r.offer
""")
RULE_INDEX_SQL = sql.SQL("CREATE INDEX ON {rule} (worth DESC, offer, have) WHERE kind = 'cross'")
TRUST_SQL = sql.SQL("""
SELECT kind, product_id, (count(*) FILTER (WHERE state = 'accepted') + {prior})::float8 / (count(*) + {prior}) AS share
FROM {alerts} WHERE state IN ('accepted', 'dismissed') AND NOT is_held_back GROUP BY kind, product_id
""")
# contacts whose owner has room for one more of a kind: all others' alerts would be thrown away
ROOM_SQL = sql.SQL("""(
    SELECT c.id FROM contacts_contact AS c
    WHERE c.archived_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM crowded WHERE crowded.owner = coalesce(c.owner_id, 0) AND crowded.kind = {kind}
    )
)""")
# the best of the many rules that fit a customer, one after the other from the most valuable on; written out for each
# customer and rule, a million customers would be a hundred million rows
CROSS_SQL = sql.SQL("""
SELECT own.contact_id, 'cross' AS kind, best.offer AS product_id, best.have AS instead_of, best.chance,
       best.chance * best.gain AS value, NULL::jsonb AS evidence
FROM (
    SELECT contact_id, array_agg(product_id) AS held,
           array_agg(product_id) FILTER (WHERE last_on > {as_of} - 730) AS lately
    FROM {holding} WHERE contact_id IN {room} GROUP BY contact_id HAVING max(last_on) > {as_of} - 730
) AS own
LEFT JOIN (
    SELECT contact_id, array_agg(product_id) AS products FROM {alerts}
    WHERE kind = 'cross' AND made_on > {as_of} - {rest} GROUP BY contact_id
) AS told ON told.contact_id = own.contact_id
CROSS JOIN LATERAL (
    SELECT * FROM {rule} AS r
    WHERE r.kind = 'cross' AND r.have = ANY(own.lately) AND r.offer <> ALL(own.held)
      AND (told.products IS NULL OR r.offer <> ALL(told.products))
    ORDER BY r.worth DESC, r.offer, r.have LIMIT 1
) AS best
""")
# of customers who have one thing and not the other, for `up` and for `switch`; what they take in a year counts for a
# switch
FITTING_SQL = sql.SQL("""
SELECT h.contact_id, r.kind, r.offer AS product_id, r.have AS instead_of, r.chance,
       r.chance * r.gain * CASE WHEN r.kind = 'switch' THEN h.quantity_365 ELSE 1 END AS value, NULL::jsonb AS evidence
FROM {rule} AS r JOIN {holding} AS h ON h.product_id = r.have
WHERE r.kind = {kind} AND h.contact_id IN {room} AND h.last_on > {as_of} - 365 AND h.orders_365 >= 2
  AND NOT EXISTS (SELECT 1 FROM {holding} AS own WHERE own.contact_id = h.contact_id AND own.product_id = r.offer)
""")
# what the order of buying puts in line, while the purchase that it comes after is young
NEXT_SQL = sql.SQL("""
SELECT n.contact_id, 'next' AS kind, n.product_id, NULL::bigint AS instead_of, n.chance,
       n.chance * p.usual::float8 AS value,
       jsonb_build_object('item', n.item, 'before', n.before, 'last', n.last, 'last_on', n.last_on, 'count', n.count,
                          'occasions', n.occasions, 'share', round(n.share::numeric, 4),
                          'lift', round(n.lift::numeric, 2), 'low', round(n.low::numeric, 2),
                          'high', round(n.high::numeric, 2), 'gap', n.median_days) AS evidence
FROM {next} AS n JOIN {product} AS p ON p.id = n.product_id AND p.is_offered
WHERE n.contact_id IN {room} AND n.as_of <= {as_of} AND n.as_of > {as_of} - 8 AND n.last_on > {as_of} - {horizon}
""")
# {limit} is the wait that nine in ten of the customer's own would not outlast, in days
DRIFT_SQL = sql.SQL("""
SELECT contact_id, 'drift' AS kind, NULL::bigint AS product_id, NULL::bigint AS instead_of,
       (1 - p_alive)::float8 AS chance, (1 - p_alive) * expected_value * (x + 1) * 365 / (age * 7) AS value,
       jsonb_build_object('gap', round((t_x * 7 / x)::numeric), 'quiet', days_quiet, 'last_on', last_purchase_on,
                          'limit', round(waits.most::numeric)) AS evidence
FROM {scores} CROSS JOIN LATERAL (SELECT 7 * ({alpha} + t_x) * (power(0.1, -1 / ({r} + x)) - 1) AS most) AS waits
WHERE contact_id IN {room} AND x >= 2 AND age > 0 AND expected_value IS NOT NULL AND p_alive IS NOT NULL
  AND days_quiet > waits.most AND days_quiet <= 3 * waits.most
""")
# {recent} days beside the year before them: each order's margin weighs as much as its revenue, so that the variance of
# a margin is that of the orders around it (weighted) by the revenue; a half year with few orders says nothing
MARGIN_SQL = sql.SQL("""
SELECT contact_id, 'margin' AS kind, NULL::bigint AS product_id, NULL::bigint AS instead_of, sure AS chance,
       sure * fall * revenue_now * 365 / {recent} AS value,
       jsonb_build_object(
           'now', round((left_now / revenue_now)::numeric, 4), 'was', round((left_was / revenue_was)::numeric, 4),
           'low', round((fall - 1.96 * error)::numeric, 4), 'high', round((fall + 1.96 * error)::numeric, 4),
           'orders_now', orders_now, 'orders_was', orders_was) AS evidence
FROM (
    SELECT *, CASE WHEN error > 0 THEN (1 + erf(fall / error / sqrt(2))) / 2 ELSE 1 END AS sure
    FROM (
        SELECT *, left_was / revenue_was - left_now / revenue_now AS fall,
               sqrt(greatest(squares_now - left_now ^ 2 / revenue_now, 0) / (orders_now - 1) / revenue_now
                  + greatest(squares_was - left_was ^ 2 / revenue_was, 0) / (orders_was - 1) / revenue_was) AS error
        FROM (
            SELECT contact_id, count(*) FILTER (WHERE is_now) AS orders_now,
                   count(*) FILTER (WHERE NOT is_now) AS orders_was,
                   sum(revenue) FILTER (WHERE is_now) AS revenue_now,
                   sum(revenue) FILTER (WHERE NOT is_now) AS revenue_was,
                   sum(remains) FILTER (WHERE is_now) AS left_now, sum(remains) FILTER (WHERE NOT is_now) AS left_was,
                   sum(remains ^ 2 / revenue) FILTER (WHERE is_now) AS squares_now,
                   sum(remains ^ 2 / revenue) FILTER (WHERE NOT is_now) AS squares_was
            FROM (
                SELECT contact_id, ordered_on > {as_of} - {recent} AS is_now, base_amount::float8 AS revenue,
                       (base_amount - {cost})::float8 AS remains
                FROM orders_order
                WHERE contact_id IN {room} AND is_purchase AND base_amount > 0 AND cost IS NOT NULL
                  AND ordered_on <= {as_of} AND ordered_on > {as_of} - {recent} - 365
            ) AS known
            WHERE remains IS NOT NULL
            GROUP BY contact_id
        ) AS sums
        WHERE orders_now >= {least_orders} AND orders_was >= {least_orders}
    ) AS falls
) AS margins
WHERE fall >= {least_fall} AND fall > 1.96 * error
""")
# the best ones for each person and kind, until so many wait; nothing that was answered or shown a short time ago
MAKE_SQL = sql.SQL("""
WITH waiting AS (
    SELECT coalesce(c.owner_id, 0) AS owner, a.kind, a.product_id, count(*) AS number
    FROM {alerts} AS a JOIN contacts_contact AS c ON c.id = a.contact_id
    WHERE a.state IN ('new', 'snoozed') GROUP BY 1, 2, 3
), crowded AS (
    SELECT owner, kind FROM waiting GROUP BY owner, kind HAVING sum(number) >= {most}
), fitting AS ({fitting}), trust AS ({trust}), told AS (
    SELECT f.*, f.value * coalesce(trust.share, 1) AS worth, coalesce(c.owner_id, 0) AS owner
    FROM fitting AS f
    JOIN contacts_contact AS c ON c.id = f.contact_id AND c.archived_at IS NULL
    LEFT JOIN trust ON trust.kind = f.kind AND trust.product_id IS NOT DISTINCT FROM f.product_id
    WHERE f.value >= (SELECT coalesce({least} * sum(spent) / sum(lines), 0) FROM {holding}) AND NOT EXISTS (
        SELECT 1 FROM {alerts} AS before
        WHERE before.contact_id = f.contact_id AND before.kind = f.kind
          AND (before.state IN ('new', 'snoozed')
               OR before.product_id IS NOT DISTINCT FROM f.product_id AND before.made_on > CASE f.kind
                  WHEN 'drift' THEN (f.evidence ->> 'last_on')::date ELSE {as_of} - {rest} END
               OR before.state = 'dismissed' AND before.made_on > {as_of} - {horizon})
    )
), best AS (
    SELECT DISTINCT ON (contact_id, kind) * FROM told ORDER BY contact_id, kind, worth DESC, product_id
), apart AS (
    SELECT best.*, coalesce(waiting.number, 0)
           + row_number() OVER (
               PARTITION BY best.owner, best.kind, best.product_id ORDER BY worth DESC, contact_id) AS of_product
    FROM best LEFT JOIN waiting ON waiting.owner = best.owner AND waiting.kind = best.kind
                               AND waiting.product_id IS NOT DISTINCT FROM best.product_id
), ranked AS (
    SELECT apart.*, row_number() OVER (PARTITION BY owner, kind ORDER BY worth DESC, contact_id) AS place
    FROM apart WHERE kind IN ('drift', 'margin') OR of_product <= {of_product}
)
INSERT INTO {alerts} (contact_id, kind, product_id, instead_of_id, evidence, chance, expected_value, is_held_back,
                      made_on, run_id, state, reason)
SELECT ranked.contact_id, ranked.kind, ranked.product_id, instead_of,
       coalesce(ranked.evidence, r.evidence::jsonb || jsonb_build_object('times', h.orders_365, 'last_on', h.last_on)),
       ranked.chance, round(ranked.worth::numeric, 2),
       ('x' || substr(md5(concat_ws(':', {salt}, ranked.contact_id, ranked.kind, ranked.product_id)), 1, 7)
       )::bit(28)::int % 10 = 0, {as_of}, {run_id}, 'new', ''
FROM ranked
LEFT JOIN {rule} AS r ON r.kind = ranked.kind AND r.have = instead_of AND r.offer = ranked.product_id
LEFT JOIN {holding} AS h ON h.contact_id = ranked.contact_id AND h.product_id = instead_of
WHERE place <= {most} - (SELECT coalesce(sum(number), 0) FROM waiting AS w
                         WHERE w.owner = ranked.owner AND w.kind = ranked.kind)
""")
# the first purchase of what was offered (of any product of the family that is in line); of anything by who drifted
# away; at the margin of before where that fell
OUTCOME_SQL = sql.SQL("""
UPDATE {alerts} AS a SET outcome_on = bought.ordered_on, outcome_amount = bought.amount
FROM (
    SELECT own.id, first.ordered_on, first.amount
    FROM {alerts} AS own CROSS JOIN LATERAL (
        SELECT o.ordered_on, round(CASE WHEN own.product_id IS NULL THEN coalesce(o.base_amount, 0)
               ELSE coalesce(sum(l.amount) * o.base_amount / nullif(o.amount, 0), 0) END, 2) AS amount
        FROM orders_order AS o LEFT JOIN orders_orderline AS l
          ON l.order_id = o.id AND coalesce(l.quantity, 1) > 0
        LEFT JOIN orders_product AS p ON p.id = l.product_id
        WHERE o.contact_id = own.contact_id AND o.is_purchase AND o.ordered_on > own.made_on
          AND o.ordered_on <= least(own.made_on + {horizon}, {as_of})
          AND (own.product_id IS NULL OR CASE own.kind
               WHEN 'next' THEN coalesce(nullif(p.family, ''), p.name) = own.evidence ->> 'item'
               ELSE l.product_id = own.product_id END)
          AND (own.kind <> 'margin' OR o.amount > 0 AND 1 - o.cost / o.amount >= (own.evidence ->> 'was')::numeric)
        GROUP BY o.id ORDER BY o.ordered_on, o.id LIMIT 1
    ) AS first
    WHERE own.outcome_on IS NULL AND own.made_on > {as_of} - 2 * {horizon}
) AS bought
WHERE a.id = bought.id
""")
END_SQL = sql.SQL("""
UPDATE {alerts} AS a SET state = 'ended'
FROM contacts_contact AS c
WHERE c.id = a.contact_id AND a.state IN ('new', 'snoozed')
  AND (a.outcome_on IS NOT NULL OR a.made_on <= {as_of} - {horizon} OR c.archived_at IS NOT NULL)
""")
COUNTS_SQL = sql.SQL("""
SELECT kind, count(*) FILTER (WHERE run_id = {run_id}), count(*) FILTER (WHERE run_id = {run_id} AND is_held_back),
       count(*) FILTER (WHERE state IN ('new', 'snoozed') AND NOT is_held_back)
FROM {alerts} GROUP BY kind
""")
LAST_SQL = sql.SQL("SELECT max(made_on) FROM {alerts}")
EXTENT_SQL = sql.SQL("SELECT min(first_on), max(last_on) FROM {holding}")
