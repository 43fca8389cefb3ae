"""What feedback brings to the import: answers of surveys, and mystery visits."""

from feedback.importing.responses import SURVEY_RESPONSES
from feedback.importing.visits import MYSTERY_VISITS

KINDS = (SURVEY_RESPONSES, MYSTERY_VISITS)

__all__ = ["KINDS"]
