"""Who may do what with the portfolio of customers."""

from __future__ import annotations

from tests.access.law import Address, button, form, page

PORTFOLIO_ADDRESSES: dict[str, Address] = {
    "analytics:portfolio_detail": page("analysis"),
    "analytics:strategy_list": form("segment table", "change"),
    "analytics:portfolio_run": button("analysis", "run", has_record=False),
}
