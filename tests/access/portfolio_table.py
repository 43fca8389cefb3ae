"""Who may do what with the portfolio of customers."""

from __future__ import annotations

from tests.access.law import Address, button, form, page

PORTFOLIO_ADDRESSES: dict[str, Address] = {
    "analytics:portfolio_detail": page("analysis"),
    "analytics:strategy_list": form("segment table", "change"),
    "analytics:portfolio_run": button("analysis", "run", has_record=False),
    "analytics:profile_detail": page("whole base"),
    "analytics:profile_export": page("whole base", "export"),
    "analytics:profile_run": button("analysis", "run", has_record=False),
    "analytics:families_detail": page("whole base"),
    "analytics:families_export": page("whole base", "export"),
    "analytics:families_run": button("analysis", "run", has_record=False),
    "analytics:sequence_detail": page("whole base"),
    "analytics:sequence_export": page("whole base", "export"),
    "analytics:sequence_run": button("analysis", "run", has_record=False),
    "analytics:significance_list": page("analysis"),
    "analytics:significance_run": button("analysis", "run", has_record=False),
    "analytics:mark_create": form("contact", "change", has_record=True),
    "analytics:mark_end": button("contact", "change"),
}
