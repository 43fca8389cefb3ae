"""The demo's macros: what a maker of frames answers again and again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from crm.choices import Role
from crm.demo.house import House
from service.choices import MacroReach, Priority, TicketState
from service.models import Macro, Queue

THERE = "{{first_name|there}}"
BROKEN = f"""Hello {THERE},

I am sorry that your frame arrived broken. A new one is being packed today and will be with you within three working days; there is nothing to pay and nothing to send back.

If the shards are still in the box, please keep it closed and put it into your household waste.

Kind regards
{{{{agent}}}}, {{{{company}}}}"""  # noqa: E501 - a paragraph of a mail is one line
BROKEN_IN_GERMAN = """Guten Tag {{name|und vielen Dank für Ihre Nachricht}},

es tut mir leid, dass Ihr Rahmen zerbrochen ankam. Ein neuer wird heute gepackt und ist in drei Werktagen bei Ihnen; Sie zahlen nichts und schicken nichts zurück.

Mit freundlichen Grüßen
{{agent}}, {{company}}"""  # noqa: E501
BROKEN_IN_FRENCH = """Bonjour {{name|et merci de votre message}},

je suis désolée que votre cadre soit arrivé cassé. Un nouveau cadre est préparé aujourd’hui et sera chez vous sous trois jours ouvrés, sans frais et sans retour.

Bien cordialement
{{agent}}, {{company}}"""  # noqa: E501
# code, name, text, other languages, what else it does, how often it was used
MACROS: tuple[tuple[str, str, str, dict[str, str], dict[str, Any], int], ...] = (
    ("broken-glass", "Broken in transit: a new one leaves today", BROKEN,
     {"de": BROKEN_IN_GERMAN, "fr": BROKEN_IN_FRENCH},
     {"priority": Priority.HIGH, "tags": ["product"], "then": TicketState.SOLVED}, 61),
    ("on-its-way", "Your parcel is on its way",
     (f"Hello {THERE},\n\nyour parcel left our workshop and is with the carrier; it usually takes two working days from"
     " there. I keep an eye on it until it has arrived.\n\nKind regards\n{{agent}}"),
     {"de": "Guten Tag {{name|und vielen Dank für Ihre Nachricht}},\n\nIhr Paket ist unterwegs und in der Regel in zwei"
      " Werktagen bei Ihnen.\n\nMit freundlichen Grüßen\n{{agent}}"}, {"then": TicketState.WAITING}, 48),
    ("photo", "Ask for a photograph",
     (f"Hello {THERE},\n\ncould you send us a photograph of the damage and one of the label on the box? With both I can"
     " settle {{number}} at once.\n\nThank you\n{{agent}}"), {}, {"then": TicketState.WAITING}, 33),
    ("care", "How to care for oak",
     (f"Hello {THERE},\n\nwipe {{{{product|the frame}}}} with a dry cloth, and once a year with a drop of linseed oil."
     " No glass cleaner on the wood: spray it on the cloth, never on the pane.\n\nKind regards\n{{agent}}"),
     {}, {"then": TicketState.SOLVED}, 19),
    ("thanks", "Thank you for the suggestion",
     (f"Hello {THERE},\n\nthank you for taking the time. I have passed it on to our workshop, word for word; if we make"
     " something of it, you will be the first to hear.\n\nKind regards\n{{agent}}"), {},
     {"tags": ["suggestion heard"], "then": TicketState.SOLVED}, 12),
    ("claims", "To claims, urgent", "", {}, {"queue": 1, "priority": Priority.URGENT, "tags": ["process"]}, 9),
)  # fmt: skip


def load(house: House) -> None:
    """The macros of the house, once, and one of the agent's own."""
    if Macro.objects.exists():
        return
    queues, now = list(Queue.objects.all()), timezone.now()
    agent = next(iter(house.with_role(Role.AGENT)), None)
    for place, (code, name, text, texts, does, uses) in enumerate(MACROS):
        queue = does.get("queue")
        fields = does | {"queue": None if queue is None else queues[min(queue, len(queues) - 1)]}
        used_at = now - dt.timedelta(hours=5 + 9 * place)
        Macro.objects.create(
            code=code,
            name=name,
            text=text,
            texts=texts,
            reach=MacroReach.ALL,
            used_count=uses,
            used_at=used_at,
            **fields,
        )
    if agent is not None:
        text = f"Hello {THERE},\n\nI have it on my desk and write to you by tomorrow noon.\n\n{{{{agent}}}}"
        Macro.objects.create(
            code="tomorrow", name="I come back to you tomorrow", text=text, owner_id=agent.id, used_count=4, used_at=now
        )
