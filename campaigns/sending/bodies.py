"""Whom a campaign is for and what it says as JSON: what is sent, and how a body becomes the page's form."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from pydantic import Field

from campaigns.models import Campaign, Variant
from campaigns.sending.forms import SAID, AudienceForm, VariantForm
from campaigns.sending.hours import Schedule
from crm.models import User
from crm.rest.problems import FieldError, wrong_fields
from crm.rest.schemas import Input
from crm.rest.writing import filled

NAMES = {"segment_ids": "segments", "without_ids": "without", "offer_ids": "offers"}


class AudienceIn(Input):
    """What can be set of how a campaign goes out. A value that is left out stays."""

    segment_ids: list[int] | None = Field(None, max_length=200, description="For the people of these segments.")
    without_ids: list[int] | None = Field(None, max_length=200, description="Without the people of these.")
    offer_ids: list[int] | None = Field(None, max_length=200, description="Each person is given the best of these.")
    control_share: str | float | None = Field(None, examples=["0.1"])
    purpose: str | None = Field(None, examples=["marketing"])
    sender_name: str | None = Field(None, max_length=120)
    language: str | None = Field(None, description="en, de, fr, es or ar; empty: the company's.")
    starts_at: dt.datetime | None = Field(None, description="Not before; null: at once when it is started.")
    timing: str | None = Field(
        None, examples=["local"],
        description="moment: to everybody at once; local: at the time that `starts_at` shows on the company's clock, "
        "on the clock where each person is, the next day where it has passed; local_soon: at once where it has passed.",
    )  # fmt: skip
    test_share: str | float | None = Field(None, description="Share that is tested; the others wait for the winner.")
    decides_at: dt.datetime | None = Field(None, description="When the test is decided, once.")
    decides_by: str | None = Field(None, description="clicks or orders.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class BlockIn(Input):
    kind: str = Field(
        examples=["text"], description="heading, text, button, own (a picture of ours), picture (elsewhere) or line."
    )
    text: str = Field("", description="Fields such as {{first_name|there}} are filled in for each person.")
    url: str = Field("", description="Where a button or a picture of ours leads to; where a picture elsewhere is.")
    picture: str = Field("", description="Of kind own: the key of the picture, as the mail editor was given it.")
    width: int | None = Field(None, description="Of kind own: points, 16 to 600.")
    decorative: bool = Field(False, description="Of kind own: it says nothing, and so needs no text.")


class VariantPatch(Input):
    name: str | None = Field(None, max_length=120)
    share: int | None = Field(None, ge=1, le=100)
    subject: str | None = Field(None, max_length=200, examples=["Frames for {{first_name|you}}"])
    preheader: str | None = Field(None, max_length=200)
    blocks: list[BlockIn] | None = Field(None, max_length=40)


class VariantIn(VariantPatch):
    blocks: list[BlockIn] = Field(min_length=1, max_length=40)


def audience_shown(campaign: Campaign) -> dict[str, Any]:
    """Whom a campaign is for as JSON holds it."""
    parts = list(campaign.audience.order_by("pk").values_list("segment", "is_excluded"))
    return {
        "segment_ids": [key for key, is_out in parts if not is_out],
        "without_ids": [key for key, is_out in parts if is_out],
        "offer_ids": list(campaign.offers.order_by("offer").values_list("offer", flat=True)),
        "control_share": f"{campaign.control_share:f}",
        "purpose": campaign.purpose,
        "sender_name": campaign.sender_name,
        "language": campaign.language,
        "starts_at": campaign.starts_at.isoformat() if campaign.starts_at else None,
        "timing": campaign.timing,
        "test_share": f"{campaign.test_share:f}" if campaign.test_share else None,
        "decides_at": campaign.decides_at.isoformat() if campaign.decides_at else None,
        "decides_by": campaign.decides_by,
        "version": campaign.version,
    }


def schedule_shown(schedule: Schedule) -> dict[str, Any]:
    """When people get it as JSON holds it."""
    lines = [
        {"count": one.count, "local_time": one.wall, "first_at": one.first_at, "last_at": one.last_at}
        for one in schedule.lines
    ]
    return {"lines": lines, "unknown": schedule.unknown, "passed": schedule.passed}


def audience_form(user: User, given: dict[str, Any], campaign: Campaign) -> AudienceForm:
    """The page's form, filled with a body over what stands there, and valid. Raises a 422."""

    def make_form(data: Any) -> AudienceForm:
        return AudienceForm(data=data, user=user, record=campaign, initial={})

    return cast(AudienceForm, filled(make_form, given, NAMES, user))


def variant_form(user: User, given: dict[str, Any], record: Variant | Campaign) -> VariantForm:
    """The page's form of a variant (for a new one, of its campaign), filled and valid. Raises a 422."""
    blank = VariantForm(user=user, record=record, initial={})
    blocks = given.pop("blocks", None)
    rows = [dict(form.initial) for form in blank.blocks.forms] if blocks is None else blocks
    data = {name: blank[name].value() for name in blank.fields}
    data |= {name: "" if value is None else value for name, value in given.items()}
    data |= {"blocks-TOTAL_FORMS": len(rows), "blocks-INITIAL_FORMS": len(rows)}
    for at, row in enumerate(rows):
        data |= {f"blocks-{at}-{name}": row.get(name) or "" for name in SAID}
        data[f"blocks-{at}-ORDER"] = at + 1
    form = VariantForm(user=user, record=record, initial={}, data=data)
    if not form.is_valid():
        raise wrong_fields(_errors(form))
    return form


def _errors(form: VariantForm) -> list[FieldError]:
    found: list[FieldError] = [
        {"field": "" if name == "__all__" else name, "message": str(error)}
        for name, errors in form.errors.items()
        for error in errors
    ]
    for at, block in enumerate(form.blocks.errors):
        found += [
            {"field": f"blocks.{at}.{name}", "message": str(error)}
            for name, errors in block.items()
            for error in errors
        ]
    return found + [{"field": "blocks", "message": str(error)} for error in form.blocks.non_form_errors()]
