"""The first hour: the stages of selling, and somebody's first deal or target."""

from __future__ import annotations

from django.urls import reverse

from crm.access import can
from crm.choices import Role, Verb
from crm.starting.reading import has_done
from crm.starting.spec import StartStep
from pipeline.models import Deal, Pipeline, Target

STEPS = (
    StartStep(
        "pipeline",
        "Choose the stages of your sales",
        "Begin with a ready pipeline; its stages can be renamed and moved later.",
        "Choose a pipeline",
        lambda: reverse("pipeline:board"),
        lambda user: Pipeline.objects.exists(),
        order=30,
        is_setup=True,
        help="pipeline",
    ),
    StartStep(
        "deal",
        "Open a deal",
        "What you are about to sell, to whom, for how much. Drag it on the board as it goes on.",
        "New deal",
        lambda: reverse("pipeline:deal_create"),
        has_done("pipeline.deal"),
        order=130,
        roles=(Role.REP,),
        may=lambda user: can(user, Verb.ADD, Deal),
        help="pipeline",
    ),
    StartStep(
        "target",
        "Set a target",
        "For the house, a team or a rep. The forecast then says how far it is.",
        "Set targets",
        lambda: reverse("pipeline:target_list"),
        lambda user: Target.objects.exists(),
        order=140,
        roles=(Role.MANAGER,),
        may=lambda user: can(user, Verb.ADD, Target),
        help="forecast#targets",
    ),
)
