"""The demo's mail: two mailboxes, and a day's letters taken in as any mail is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils import timezone

from contacts.choices import ContactKind, PointKind
from contacts.models import Contact, ContactPoint
from crm.demo.house import Batch, Fill, House
from crm.incoming.choices import Door, MailPurpose
from crm.incoming.intake import take_and_work
from crm.models import IncomingMail, Mailbox

OFFICE, ENQUIRIES = "office@example.com", "enquiries@example.com"
QUOTED = (
    "\n\nOn {day:%d %B %Y}, the office wrote:\n> Your frames left our workshop this morning.\n> Here is the number."
)
# who they are from a customer, what they say
OF_CUSTOMERS = (
    ("Corner samples of the walnut moulding", "Could you send three corner samples of the walnut moulding, please?"),
    ("Re: Your frames are on their way", "Thank you, they came in perfect order." + QUOTED),
    ("One pane is broken", "One of the twelve panes of 50 x 70 cm came broken. Can you send another before Friday?"),
    ("Opening hours of the workshop", "We would like to pick up the order ourselves. Until when is somebody there?"),
    (
        "Quantities for the spring show",
        "We need 40 shadow gap frames in black by the end of the month. Is that possible?",
    ),
)
# from strangers: who, what about, in which words
ENQUIRING = (
    ("Marit Solheim <marit@galleri-solheim.example>", "Frames for a gallery of forty pictures",
     "We open in May and need about forty frames of 60 x 80 cm in light oak. What would they cost in Bergen?"),
    ("Tomás Ferreira <tomas@hotel-miradouro.example>", "Pictures of 86 hotel rooms",
     "Each room gets one picture of 70 x 100 cm. Do you hang them as well, and how long does it take?"),
)  # fmt: skip


def load(house: House) -> Fill | None:
    """Two mailboxes once; the function that lets the customers of the first batch write."""
    if Mailbox.objects.exists():
        return None
    office = Mailbox.objects.create(name="Office", address=OFFICE, is_for_answers=True)
    enquiries = Mailbox.objects.create(name="Enquiries", address=ENQUIRIES, purpose=MailPurpose.ENQUIRIES)

    def fill(batch: Batch) -> None:
        if batch.number:
            return
        morning = dt.datetime.combine(house.end, dt.time(8, 5), tzinfo=house.zone)
        letters = [
            *((office, raw) for raw in _of_customers(morning)),
            *((enquiries, raw) for raw in _enquiries(morning)),
        ]
        letters += [(office, raw) for raw in _of_machines(morning)]
        for mailbox, raw in letters:
            take_and_work(raw, door=Door.HOOK, mailbox=mailbox)
        _came_today(len(letters))
        house.counts["incoming mails"] += len(letters)

    return fill


def _of_customers(morning: dt.datetime) -> Iterator[bytes]:
    people = Contact.objects.filter(kind=ContactKind.PERSON, points__kind=PointKind.EMAIL).distinct()
    for number, contact in enumerate(people.order_by("external_id", "pk")[: len(OF_CUSTOMERS)]):
        address = (
            ContactPoint.objects.filter(contact=contact, kind=PointKind.EMAIL).order_by("-is_primary", "pk")[0].value
        )
        subject, text = OF_CUSTOMERS[number]
        moment = morning + dt.timedelta(minutes=17 * number)
        below = QUOTED.format(day=moment) if QUOTED in text else ""
        signed = f"{text.replace(QUOTED, '')}\n\nKind regards\n{contact.name}{below}"
        yield _letter(f"{_plain(contact.name)} <{address}>", OFFICE, subject, signed, moment)


def _enquiries(morning: dt.datetime) -> Iterator[bytes]:
    for number, (sender, subject, text) in enumerate(ENQUIRING):
        yield _letter(sender, ENQUIRIES, subject, text, morning + dt.timedelta(minutes=41 * number + 90))


def _of_machines(morning: dt.datetime) -> Iterator[bytes]:
    """An absence, a mailing, a mail that came back, and one that nobody can read."""
    away, mailing = {"Auto-Submitted": "auto-replied"}, {"List-Id": "<news.woodandglass.example>"}
    yield _letter("Museum shop <shop@stadtmuseum.example>", OFFICE, "Out of office until Monday",
                  "I am back on Monday. In urgent matters please ring the museum.", morning, **away)  # fmt: skip
    yield _letter("Wood & Glass News <news@woodandglass.example>", OFFICE, "Oak falls for the third month",
                  "All about the market for frame timber.", morning, **mailing)  # fmt: skip
    yield _letter("Mail Delivery System <MAILER-DAEMON@mx.stadtmuseum.example>", OFFICE,
                  "Undelivered Mail Returned to Sender",
                  "I could not deliver your mail to the following address.\n\n<archive@stadtmuseum.example>:\n"
                  "550 5.1.1 User unknown", morning)  # fmt: skip
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(150))
    yield f"From: scan@copier.example\r\nTo: {OFFICE}\r\nSubject: Scan 0042\r\n{nested}".encode()


def _letter(sender: str, to: str, subject: str, text: str, moment: dt.datetime, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<{moment:%Y%m%d%H%M}.{_number_of(subject)}@mail.example>"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


def _number_of(text: str) -> int:
    """A number that is the same in every process."""
    return sum(place * ord(letter) for place, letter in enumerate(text, 1))


def _plain(name: str) -> str:
    return f'"{name}"' if any(sign in name for sign in ',;:<>@"()[]\\') else name


def _came_today(count: int) -> None:
    """They came over the last hours, not all in one moment."""
    now = timezone.now()
    for number, mail in enumerate(IncomingMail.objects.order_by("-pk")[:count]):
        IncomingMail.objects.filter(pk=mail.pk).update(received_at=now - dt.timedelta(minutes=23 * number + 5))
