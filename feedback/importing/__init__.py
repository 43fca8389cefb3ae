"""What feedback brings to the import: answers of surveys."""

from feedback.importing.responses import SURVEY_RESPONSES

KINDS = (SURVEY_RESPONSES,)

__all__ = ["KINDS"]
