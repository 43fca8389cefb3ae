"""Writes of the pipeline, by noun. Each is one transaction and one log row."""

from pipeline.actions.deals import archive_deal, change_deal, open_deal, restore_deal
from pipeline.actions.moving import MissingBeforeMove, move_deal, tick
from pipeline.actions.pipelines import (
    change_pipeline,
    create_pipeline,
    default_pipeline,
    make_ready_pipeline,
    remove_stage,
    save_stage,
)
from pipeline.actions.reasons import remove_reason, save_reason
from pipeline.actions.targets import change_target, remove_target, set_target

__all__ = [
    "MissingBeforeMove",
    "archive_deal",
    "change_deal",
    "change_pipeline",
    "change_target",
    "create_pipeline",
    "default_pipeline",
    "make_ready_pipeline",
    "move_deal",
    "open_deal",
    "remove_reason",
    "remove_stage",
    "remove_target",
    "restore_deal",
    "save_reason",
    "save_stage",
    "set_target",
    "tick",
]
