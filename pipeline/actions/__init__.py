"""Writes of the pipeline, by noun. Each is one transaction and one log row."""

from pipeline.actions.deals import archive_deal, change_deal, open_deal, restore_deal
from pipeline.actions.moving import MissingBeforeMove, move_deal, tick
from pipeline.actions.pipelines import default_pipeline, make_ready_pipeline
from pipeline.actions.targets import change_target, remove_target, set_target

__all__ = [
    "MissingBeforeMove",
    "archive_deal",
    "change_deal",
    "change_target",
    "default_pipeline",
    "make_ready_pipeline",
    "move_deal",
    "open_deal",
    "remove_target",
    "restore_deal",
    "set_target",
    "tick",
]
