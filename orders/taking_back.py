"""What becomes of products and orders when an import is taken back. Totals of orders are kept in the row history."""

from __future__ import annotations

from crm.importing.taking_back.rules import TakingBack
from orders.keeping import refresh_products_of

RULES = TakingBack(mends={"orders.product": (refresh_products_of,)})
