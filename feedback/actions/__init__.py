"""Everything that writes surveys and answers."""

from feedback.actions.closing import follow_up
from feedback.actions.surveys import (
    change_survey,
    close_survey,
    create_survey,
    open_survey,
    switch_open_link,
    translate_survey,
)
from feedback.actions.tagging import tag_response

__all__ = [
    "change_survey",
    "close_survey",
    "create_survey",
    "follow_up",
    "open_survey",
    "switch_open_link",
    "tag_response",
    "translate_survey",
]
