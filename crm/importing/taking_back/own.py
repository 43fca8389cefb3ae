"""What the ground floor says: people, teams, custom fields and kept columns that an import made stay."""

from __future__ import annotations

from crm.importing.taking_back.rules import TakingBack

RULES = TakingBack(house=("crm.user", "crm.team", "crm.customfield", "crm.importmapping"))
