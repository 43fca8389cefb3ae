"""Second factors: who has one, who must, and how long ago somebody showed who they are."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from crm.company import current_company

if TYPE_CHECKING:
    from crm.models import Company, User

# codes on paper are for the day when the phone is lost; they are no second factor by themselves
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SIGNED_IN_AT = "signed_in_at"


def with_second_factor(people: Any) -> Any:
    """People with `has_factor` read along."""
    return people.annotate(has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)))


def has_second_factor(user: User) -> bool:
    """Whether the person has a second factor; no query where `with_second_factor` has read it."""
    known: bool | None = getattr(user, "has_factor", None)
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists() if known is None else known


def must_set_up(user: User, company: Company | None = None) -> bool:
    """Whether the person's role needs a second factor and they have none: they may do nothing else before."""
    roles = (company or current_company()).second_factor_roles
    return user.role in roles and not has_second_factor(user)


def is_fresh(request: HttpRequest, within: dt.timedelta | None = None) -> bool:
    """Whether the person has shown who they are, by password or second factor, within this time (`CRM_STEP_UP`)."""
    ways: list[dict[str, Any]] = request.session.get("account_authentication_methods", [])
    shown = max([request.session.get(SIGNED_IN_AT, 0), *(way["at"] for way in ways)])
    return bool(time.time() - shown < (within or settings.CRM_STEP_UP).total_seconds())
