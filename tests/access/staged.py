"""Makers of pipelines and stages for the walk of access: the whole house has them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from crm.models import User
from pipeline.actions import create_pipeline
from pipeline.models import Pipeline, Stage

NUMBERS = itertools.count()


def _pipeline(owner: User, name: str) -> Pipeline:
    return create_pipeline(actor=None, name=f"Pipeline {name} {next(NUMBERS)}", stages=["First", "Second"])


def _stage(owner: User, name: str) -> Stage:
    return _pipeline(owner, name).stages.get(name="Second")


STAGE_MAKERS: dict[str, Callable[..., Any]] = {"pipeline set-up": _pipeline, "stage": _stage}
