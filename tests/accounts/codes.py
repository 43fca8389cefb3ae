"""Codes of an authenticator app, computed by the words of RFC 6238 and 4226."""

import base64
import hashlib
import hmac
import time


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits that an app with this secret shows at a moment (now)."""
    counter = int(time.time() if at is None else at) // 30
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    start = digest[19] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
