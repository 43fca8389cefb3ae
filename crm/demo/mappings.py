"""What the columns of the company's regular files meant, as earlier imports kept it."""

from __future__ import annotations

import datetime as dt
import hashlib

from crm.choices import Role
from crm.demo.house import Fill, House
from crm.importing.mapping import ImportOptions
from crm.importing.mappings.fitting import folded_columns
from crm.models import ImportMapping

# who kept it | kind | name (empty: kept by the import itself) | file | columns, each with the field that it feeds
KEPT = """
marketer | contacts | Trade fair, badge scanner | fair_frankfurt.csv | Badge=external_id, First name=first_name, \
Surname=last_name, Company=organization, E-Mail=email, Country=country, Comment=
manager | orders | | orders_webshop.csv | Order no=order_id, Customer no=contact_external_id, Date=ordered_at, \
Article=product_external_id, Qty=quantity, Net=amount, Voucher=
manager | products | Price list of the year | pricelist.xlsx | Article=external_id, Description=name, Range=family, \
List price=unit_price, Cost=unit_cost
"""
KEPT_FOR_DAYS = 9


def load(house: House) -> Fill:
    """Once for the house; nothing for each batch."""
    for place, line in enumerate(KEPT.strip().splitlines()):
        role, kind, name, file, pairs = (part.strip() for part in line.split("|"))
        person = next(one for one in house.with_role(Role(role)))
        said = [tuple(pair.strip().split("=")) for pair in pairs.split(",")]
        columns = [column for column, _ in said]
        options = ImportOptions(map=tuple((column, to) for column, to in said if to), automatic=False)
        digest = hashlib.sha256("\n".join([name or "", *folded_columns(columns)]).encode()).hexdigest()
        used = dt.datetime.combine(house.end - dt.timedelta(days=place * KEPT_FOR_DAYS), dt.time(10, 20), house.zone)
        ImportMapping.objects.get_or_create(
            actor_id=person.id, kind=kind, key=f"demo:{digest}",
            defaults={
                "name": name, "columns": columns, "options": options.to_json(), "file_name": file, "used_at": used,
            },
        )  # fmt: skip
    return lambda batch: None
