"""A campaign handed over to the ledger, sent and settled, beside a loop over smtplib that sends the same bytes; and the
memory of a process that does so for few and for many. The sink is a process of its own."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from bench.cpu import of_server, of_us
from bench.measuring import Line, Timing, alternate, at_least, at_most, beside, timed
from bench.rows.mails import sink
from bench.sites import BenchError
from bench.world import World
from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Recipient, SendingRules, Variant
from campaigns.sending.engine import run_campaign
from contacts.models import Contact
from contacts.permission.rule import permitted
from crm.mail.channels import channel_named
from crm.mail.choices import DEFAULT_CHANNEL, MailState
from crm.mail.composing import compose
from crm.mail.sending import send_due
from crm.mail.servers import MailServer
from crm.models import OutgoingMail

MAILS, MANY = 1_000, 10_000
TEXT = "Dear {{first_name|customer}}, this is what we would like to tell you about the frames of the season. " * 16
BLOCKS = [
    {"kind": "heading", "text": "New profiles"},
    {"kind": "text", "text": TEXT},
    {"kind": "button", "text": "See them", "url": "https://example.com/frames?a=1&b=2"},
]


def measure(world: World) -> Iterator[Line]:
    """At least a quarter of the rate, at most five times the CPU; memory that does not grow."""
    # whatever the hour: nobody is waited for
    SendingRules.objects.update(quiet_from=None, quiet_until=None, quiet_weekends=False, quiet_days=[])
    with to_the_sink():
        yield from beside_smtplib(world)
        yield from with_many()


@contextmanager
def to_the_sink() -> Iterator[None]:
    """The channel of campaigns delivers to a sink meanwhile."""
    was = settings.CRM_MAIL_SERVERS[DEFAULT_CHANNEL]
    with sink() as port:
        settings.CRM_MAIL_SERVERS[DEFAULT_CHANNEL] = MailServer("smtp", "127.0.0.1", port)
        try:
            yield
        finally:
            settings.CRM_MAIL_SERVERS[DEFAULT_CHANNEL] = was


def started(name: str, people: int) -> Campaign:
    """A campaign by which so many at most are to get a mail."""
    campaign = Campaign.objects.create(
        name=name, control_share=0, seed=1, state=CampaignState.SENDING, launched_at=timezone.now()
    )
    variant = Variant.objects.create(
        campaign=campaign, name="A", position=1, subject="Frames for {{first_name|you}}", blocks=BLOCKS
    )
    keys = permitted(Contact.objects.filter(archived_at=None)).order_by("pk").values_list("pk", flat=True)[:people]
    moment = timezone.now()
    Recipient.objects.bulk_create(
        [
            Recipient(
                campaign=campaign, contact_id=key, variant=variant, state=RecipientState.WAITING, recorded_at=moment
            )
            for key in keys
        ],
        batch_size=1_000,
    )
    return campaign


def send_all(key: int) -> None:
    """As the workers do in turns: some chunks into the ledger, out to the server, until everybody has a final state."""
    channel = channel_named()
    while run_campaign(key):
        send_due(channel.pk, seconds=120)
    run_campaign(key)


def back(campaign: Campaign) -> None:
    """Everybody waits again, and no mail is there."""
    rows = Recipient.objects.filter(campaign=campaign)
    rows.update(state=RecipientState.WAITING, mail_id=None, sent_at=None, reason="")
    OutgoingMail.objects.filter(object_model="campaigns.campaign", object_id=campaign.pk).delete()
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.SENDING)


def _check(campaign: Campaign) -> None:
    """Raises BenchError where somebody got no mail."""
    others = campaign.recipients.exclude(state=RecipientState.SENT)
    if found := list(others.order_by().values_list("state", "reason").annotate(n=Count("pk"))):
        raise BenchError(f"Some people of the campaign got no mail: {found[:5]}")


def beside_smtplib(world: World) -> Iterator[Line]:
    postmaster = world.databases.instance.postgres.pid or 0
    cpu: dict[str, list[float]] = {"us": [], "bare": []}
    campaign = started("Bench of mails", MAILS)
    count = campaign.recipients.count()
    send_all(campaign.pk)
    sent = OutgoingMail.objects.filter(object_model="campaigns.campaign", object_id=campaign.pk, state=MailState.SENT)
    ready = [(mail.recipient, compose(mail, ())) for mail in sent]
    port = settings.CRM_MAIL_SERVERS[DEFAULT_CHANNEL].port

    def with_cpu(name: str, work: Callable[[], object]) -> float:
        before = of_us() + of_server(postmaster)
        seconds = timed(work)
        cpu[name].append((of_us() + of_server(postmaster) - before) * 1000 / count)
        return seconds

    def ours() -> float:
        back(campaign)
        with world.as_owner() as owner:  # what was sent before is no weight on the tables
            owner.execute("VACUUM ANALYZE crm_outgoingmail, campaigns_recipient")
        taken = with_cpu("us", partial(send_all, campaign.pk))
        _check(campaign)
        return taken

    def loop() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            for address, message in ready:
                smtp.sendmail("us@example.org", [address], message)

    found = alternate({"us": ours, "bare": partial(with_cpu, "bare", loop)})
    rates = [count / found[name].median for name in ("us", "bare")]
    what = f"mails a second, {len(ready[0][1]) / 1024:.1f} KB"
    yield at_least("campaign", what, *rates, least=0.25, name="smtplib", unit="/s")
    ours_cpu, bare_cpu = (Timing(tuple(cpu[name][-5:])) for name in ("us", "bare"))
    yield beside("campaign", "CPU s per 1,000, PostgreSQL too", ours_cpu, bare_cpu, most=5, name="smtplib", unit="s")


def with_many() -> Iterator[Line]:
    """The memory of one process that hands over, sends and settles."""
    peaks = []
    port = settings.CRM_MAIL_SERVERS[DEFAULT_CHANNEL].port
    for people in (MAILS, MANY):
        campaign = started(f"Bench of {people:,}", people)
        count = campaign.recipients.count()
        command = [sys.executable, "-m", "bench.campaigner", str(campaign.pk)]
        environment = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        told = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: PLW1510
        if told.returncode:
            raise BenchError(f"A campaign for {count:,} was not sent: {told.stderr[-500:]}")
        _check(campaign)
        peaks.append(int(told.stdout) / 1024)
    yield at_most("campaign", f"MiB of a process that sends {count:,}", peaks[1], 1.1 * peaks[0], "MiB")
