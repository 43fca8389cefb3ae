"""What `manage.py check --deploy` looks at beyond Django's own checks."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from crm.database.owner import app_role


@register(Tags.security, deploy=True)
def two_roles(**_: Any) -> list[CheckMessage]:
    """The role that the product works as should not own the records of the past."""
    if app_role() is not None:
        return []
    return [
        Warning(
            "The product works as the role that owns the tables, so it could alter the log and the row history.",
            hint="Set CRM_OWNER_DATABASE_URL to a role of its own for migrate (docs/admins.md, The past).",
            id="crm.W001",
        )
    ]
