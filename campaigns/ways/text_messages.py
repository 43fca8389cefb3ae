"""An adapter for text messages: the messages API of Twilio, which other providers speak too.

`CRM_ADAPTERS=sms=campaigns.ways.text_messages.deliver`, and the account, its token and the number in `CRM_SMS_…`. Each
message is one POST of a form, by the product's one way out (`crm.foreign.requests`). A 2xx is a message that was taken,
a 4xx one that was refused. Where the line breaks after it was open, or the server answers 5xx, nobody knows: that one
is *uncertain*, and the others are given again later. The address that each message is to be reported to is sealed for
it alone; what comes there is signed by the provider (`ways.delivery`).
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from campaigns.ways.adapters import Message, NothingTaken, Outcome
from crm.foreign.requests import RULES, NotReached, RequestFailed, RequestRefused, Response, Rules, fetch
from crm.foreign.tokens import Purpose, make_token

logger = logging.getLogger(__name__)
MOST_SECONDS = 60.0  # of one call, well below the time after which an adapter is given up
SERVICE = "MG"  # a pool of numbers instead of a number
UNTOUCHED = Outcome(is_taken=False, is_untouched=True)
# the account is not let in, or too much was asked: no fault of the message
NOT_NOW = frozenset({401, 403, 404, 408, 429})


def deliver(messages: Sequence[Message], rules: Rules = RULES) -> list[Outcome]:
    """Hand messages over, one after the other. `rules` are others only in tests, whose server is on this machine.
    Raises NothingTaken."""
    found: list[Outcome] = []
    end = time.monotonic() + MOST_SECONDS
    for message in messages:
        outcome = _hand_over(message, rules) if time.monotonic() < end else UNTOUCHED
        found.append(outcome)
        if outcome.is_untouched or outcome.is_uncertain:
            break
    if found == [UNTOUCHED]:
        raise NothingTaken
    return [*found, *[UNTOUCHED] * (len(messages) - len(found))]


def status_url(key: str) -> str:
    """Where the provider reports what becomes of the message of a key."""
    token = make_token(Purpose.MESSAGE, {"key": key}, None)
    return settings.CRM_BASE_URL.rstrip("/") + reverse("campaigns:message_hook", args=[token])


def _hand_over(message: Message, rules: Rules) -> Outcome:
    account, token, sender = settings.CRM_SMS_ACCOUNT, settings.CRM_SMS_TOKEN, settings.CRM_SMS_FROM
    if not (account and token and sender):
        logger.error("CRM_SMS_ACCOUNT, CRM_SMS_TOKEN and CRM_SMS_FROM say by whom messages are sent; one is missing")
        return UNTOUCHED
    form = {
        "To": message.to,
        "MessagingServiceSid" if sender.startswith(SERVICE) else "From": sender,
        "Body": message.text,
        "StatusCallback": status_url(message.key),
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode(),
    }
    url = f"{settings.CRM_SMS_URL.rstrip('/')}/Accounts/{account}/Messages.json"
    try:
        return _judged(fetch(url, "POST", urlencode(form).encode(), headers, rules=rules))
    except (NotReached, RequestRefused) as error:
        logger.warning("The provider of text messages was not reached: %s", error)
        return UNTOUCHED
    except RequestFailed as error:
        return Outcome(is_taken=False, is_uncertain=True, why=str(error))


def _judged(answer: Response) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome(is_taken=True, provider_id=str(_said(answer).get("sid", "")))
    if answer.status in NOT_NOW:
        logger.warning("The provider of text messages takes nothing now: %s", answer.status)
        return UNTOUCHED
    if 400 <= answer.status < 500:
        return Outcome(is_taken=False, why=str(_said(answer).get("message", "") or f"refused ({answer.status})"))
    return Outcome(is_taken=False, is_uncertain=True, why=f"the provider answered {answer.status}")


def _said(answer: Response) -> dict[str, object]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
