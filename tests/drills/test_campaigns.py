"""A campaign whose workers are killed and whose broker is lost: one final state each, and one mail at most."""

from __future__ import annotations

import os
import time
from collections import Counter
from functools import partial

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Recipient
from campaigns.sending import actions
from crm.models import User
from tests.campaigns.sample import agreed, ready
from tests.drills.stack import Stack
from tests.drills.tally import Tally, size
from tests.drills.test_workers import has_taken

FINAL = {RecipientState.SENT, RecipientState.UNCERTAIN}
PROCESSES = 2  # of each worker's pool


def test_a_broker_that_is_emptied_while_many_wait_costs_nobody_their_mail(stack: Stack, tally: Tally) -> None:
    """By `make drills` 100,000 wait, or so many as CRM_DRILLS_WAITING says: nobody tells the workers but the beat."""
    people = size(300, int(os.environ.get("CRM_DRILLS_WAITING", "100000")))
    agreed(people, "emptied")
    manager = User.objects.get(email="manager@drill.example")
    campaign = ready(manager, "emptied")
    actions.ask_approval(actor=manager, campaign=campaign)
    actions.approve_campaign(actor=User.objects.get(email="admin@drill.example"), campaign=campaign)
    assert actions.launch_campaign(actor=manager, campaign=campaign) == people
    stack.forget_queues()
    for part in (3, 2):
        stack.wait_for(partial(has_taken, stack, people // part), 300 + people // 20)
        stack.forget_queues()
    stack.wait_for(lambda: Campaign.objects.get(pk=campaign.pk).state == CampaignState.SENT, 300 + people // 20)
    rows = Recipient.objects.filter(campaign=campaign)
    assert set(rows.values_list("state", flat=True)) == {RecipientState.SENT}
    wanted = [f"{name}@drill.example" for name in rows.values_list("contact__name", flat=True)]
    copies = [one for one in stack.sink.recipients() if one.startswith("emptied")]
    assert tally.compare(wanted, copies) == (0, 0)


def test_a_campaign_goes_on_where_its_workers_died(stack: Stack, tally: Tally) -> None:
    people, kills = size(500, 20_000), size(1, 5)
    agreed(people, "drill")
    manager = User.objects.get(email="manager@drill.example")
    other = User.objects.get(email="admin@drill.example")
    campaign = ready(manager, "drill")
    actions.ask_approval(actor=manager, campaign=campaign)
    actions.approve_campaign(actor=other, campaign=campaign)
    assert actions.launch_campaign(actor=manager, campaign=campaign) == people
    for number in range(kills):
        wanted = (number + 1) * people // (kills + 2)
        stack.wait_for(partial(has_taken, stack, wanted), 300)
        if number == 1:
            stack.forget_queues()
        time.sleep(0.02)
        stack.restart(("worker", "quick")[number % 2])
    stack.wait_for(lambda: Campaign.objects.get(pk=campaign.pk).state == CampaignState.SENT, 600)
    states = Counter(Recipient.objects.filter(campaign=campaign).values_list("state", flat=True))
    rows = Recipient.objects.filter(campaign=campaign, state=RecipientState.SENT)
    sent = [f"{name}@drill.example" for name in rows.values_list("contact__name", flat=True)]
    tally.add(uncertain=states[RecipientState.UNCERTAIN])
    assert set(states) <= FINAL
    assert sum(states.values()) == people
    assert states[RecipientState.UNCERTAIN] <= kills * PROCESSES
    copies = [one for one in stack.sink.recipients() if one.startswith("drill")]
    assert tally.compare(sent, copies) == (0, 0)
