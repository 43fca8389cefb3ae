"""Signatures of what is brought to a hook, as in Standard Webhooks, for both directions."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signature(secret: str, message_id: str, moment: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{message_id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
