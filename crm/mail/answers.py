"""Addresses for answers: the house's mailbox, with a mark that says which mail is answered and that we made it."""

from __future__ import annotations

import base64
import binascii
import re
import uuid

from crm.foreign.tokens import Purpose, is_tag, make_tag
from crm.models import Mailbox

LONGEST_LOCAL = 64  # of the part before the @ (RFC 5321)
SIGNED = re.compile(r"(?P<local>[^+@]+)\+r-(?P<code>[a-z2-7]{26})-(?P<tag>[a-z2-7]{16})@(?P<domain>[^@]+)")


def answer_mailbox() -> str:
    """The address of the mailbox that answers come to; empty where the house has none."""
    rows = Mailbox.objects.filter(is_active=True, is_for_answers=True)
    return rows.order_by("pk").values_list("address", flat=True).first() or ""


def signed_address(address: str, guid: uuid.UUID) -> str:
    """`help@example.com` for answers to one mail: `help+r-GUID-TAG@example.com`; the bare one where it is too long."""
    local, _, domain = address.rpartition("@")
    code = base64.b32encode(guid.bytes).decode().rstrip("=").lower()
    signed = f"{local}+r-{code}-{make_tag(Purpose.REPLY, f'{code}@{domain}')}"
    return f"{signed}@{domain}" if len(signed) <= LONGEST_LOCAL and "+" not in local else address


def answered_guid(address: str) -> uuid.UUID | None:
    """Which mail a signed address is for; None for any other address, a forged or altered one too."""
    found = SIGNED.fullmatch(address)
    if found is None or not is_tag(Purpose.REPLY, f"{found['code']}@{found['domain']}", found["tag"]):
        return None
    try:
        return uuid.UUID(bytes=base64.b32decode(found["code"].upper() + "=" * 6))
    except (binascii.Error, ValueError):
        return None
