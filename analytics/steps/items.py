"""What is bought, as the analysis of products names it."""

from __future__ import annotations

from psycopg import sql

# of the product `p`; a name of a product may be longer than what the tables of scores hold
ITEM = sql.SQL("left(coalesce(nullif(p.family, ''), p.name), 200)")
"""The family of a product, or the product that has none."""
