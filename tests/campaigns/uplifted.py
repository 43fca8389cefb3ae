"""A campaign with a control group, for the tests of uplift: it moves hotels, and nobody else."""

from __future__ import annotations

import datetime as dt

import numpy as np

from analytics.runs import run_steps
from campaigns.choices import CampaignState
from campaigns.models import Campaign, Recipient
from campaigns.tallies import count_again
from contacts.models import Contact

DAY = dt.date(2026, 10, 1)
SENT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def run(**parameters):
    (found,) = run_steps(actor=None, as_of=DAY, only=["uplift"], parameters={"uplift": parameters})
    return found.metrics


def people_of(count=1600):
    dice = np.random.default_rng(8)
    is_hotel = dice.random(count) < 0.5
    rows = Contact.objects.bulk_create(
        Contact(
            name=f"C{at}",
            sort_name=f"c{at}",
            industry="Hotel" if is_hotel[at] else "Shop",
            source="Fair" if dice.random() < 0.5 else "Web",
        )
        for at in range(count)
    )
    return rows, is_hotel


def trial(people, is_hotel, *, name="Spring", effect=0.3, control=0.4, state=CampaignState.OVER, seed=4):
    """One campaign that reached a part of them and kept the rest out."""
    dice = np.random.default_rng(seed)
    is_control = dice.random(len(people)) < control
    said = dice.random(len(people)) < 0.15 + effect * (is_hotel & ~is_control)
    campaign = Campaign.objects.create(name=name, state=state, starts_on=SENT.date())
    sides = {
        kind: campaign.variants.create(name="Control" if kind else "Mail", is_control=kind) for kind in (False, True)
    }
    Recipient.objects.bulk_create(
        Recipient(
            campaign=campaign, contact=one, variant=sides[bool(is_control[at])], responded=bool(said[at]), sent_at=SENT
        )
        for at, one in enumerate(people)
    )
    Recipient.objects.filter(campaign=campaign).update(recorded_at=SENT)
    count_again([campaign.pk])
    return campaign, is_control, said
