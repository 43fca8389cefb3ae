"""What a provider reports of a text message: `POST /hooks/messages/TOKEN/`, a form signed as Twilio signs it.

`X-Twilio-Signature` is the base64 of the HMAC-SHA1, by the account's token, of the address followed by each name and
value of the form, by name. The address is sealed for one message. Reports come repeated and out of order: one that
stands behind what is known changes nothing, and what is final stays. A message that was *uncertain* is known then.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from campaigns.choices import Delivery, RecipientState
from campaigns.models import Piece, Recipient
from crm.foreign.tokens import Purpose, read_token

KEY = re.compile(r"campaign:[0-9]{1,18}:([0-9]{1,18})")
SAME = {"accepted": "queued", "scheduled": "queued", "read": "delivered", "canceled": "failed"}
RANKS: dict[str, int] = {Delivery.QUEUED: 1, Delivery.SENDING: 2, Delivery.SENT: 3}
FINAL_RANK = 4
NOT_THERE = (Delivery.UNDELIVERED, Delivery.FAILED)
OPEN = (RecipientState.HANDED, RecipientState.UNCERTAIN)


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class MessageHookView(View):
    """Takes one report; the same again is answered as the first time."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        found = KEY.fullmatch(str((read_token(Purpose.MESSAGE, token) or {}).get("key", "")))
        if found is None:
            raise Http404("There is no such hook.")
        said = {name: request.POST.get(name, "") for name in request.POST}
        url = settings.CRM_BASE_URL.rstrip("/") + request.get_full_path()
        if not is_signed(request.headers.get("X-Twilio-Signature", ""), url, said):
            return JsonResponse({"detail": "The signature is missing or wrong."}, status=401)
        note_delivery(int(found[1]), said)
        return HttpResponse(status=204)


def is_signed(given: str, url: str, form: Mapping[str, str]) -> bool:
    """Whether the provider has signed this form; never while no account is set up."""
    secret: str = settings.CRM_SMS_TOKEN
    wanted = signature_of(url, form, secret)
    return bool(secret) and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def signature_of(url: str, form: Mapping[str, str], secret: str) -> str:
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()


@transaction.atomic
def note_delivery(recipient: int, said: Mapping[str, str]) -> bool:
    """Write what a report says of the message of a recipient; whether it is news."""
    state = said.get("MessageStatus") or said.get("SmsStatus", "")
    state = SAME.get(state, state)
    piece = Piece.objects.select_for_update().filter(pk=recipient).first()
    if piece is None or state not in Delivery.values:
        return False
    sid = (said.get("MessageSid") or said.get("SmsSid", ""))[:64].replace("\0", "")
    if piece.provider_id and sid and piece.provider_id != sid:
        return False
    known = RANKS.get(piece.delivery, FINAL_RANK) if piece.delivery else 0
    if known >= RANKS.get(state, FINAL_RANK):
        return False
    piece.delivery, piece.delivery_at = state, timezone.now()
    piece.provider_id = piece.provider_id or sid
    piece.save(update_fields=["delivery", "delivery_at", "provider_id"])
    _tell_recipient(piece, said)
    return True


def _tell_recipient(piece: Piece, said: Mapping[str, str]) -> None:
    """That the provider has it, or that it did not arrive, stands with the recipient."""
    rows = Recipient.objects.filter(pk=piece.pk)
    if piece.delivery in NOT_THERE:
        code = said.get("ErrorCode", "")
        why = f"not delivered (error {code})" if code.isdecimal() else "not delivered"
        rows.filter(state__in=(*OPEN, RecipientState.SENT)).update(state=RecipientState.FAILED, reason=why[:60])
    else:
        rows.filter(state__in=OPEN).update(state=RecipientState.SENT, reason="", sent_at=timezone.now())
