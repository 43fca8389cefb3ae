"""Who may do what with data quality: figures of the contacts that one sees, repairs of those that one may change."""

from __future__ import annotations

from tests.access.law import Address, button, form, page

QUALITY_ADDRESSES: dict[str, Address] = {
    "quality:overview": page("contact"),
    "quality:run": button("analysis", "run", has_record=False),
    "quality:repair": form("contact", "change"),
}
