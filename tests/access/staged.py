"""Makers of pipelines, stages and reasons for the walk of access: the whole house has them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from crm.models import User
from pipeline.actions import create_pipeline
from pipeline.models import OutcomeReason, Pipeline, Stage

NUMBERS = itertools.count()


def _pipeline(owner: User, name: str) -> Pipeline:
    return create_pipeline(actor=None, name=f"Pipeline {name} {next(NUMBERS)}", stages=["First", "Second"])


def _stage(owner: User, name: str) -> Stage:
    return _pipeline(owner, name).stages.get(name="Second")


def _reason(owner: User, name: str) -> OutcomeReason:
    return OutcomeReason.objects.create(outcome="lost", name=f"Reason {name} {next(NUMBERS)}")


STAGE_MAKERS: dict[str, Callable[..., Any]] = {"pipeline set-up": _pipeline, "stage": _stage, "reason": _reason}
