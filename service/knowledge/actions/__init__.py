"""Everything that writes articles."""

from service.knowledge.actions.files import add_file, remove_file
from service.knowledge.actions.states import (
    ask_review,
    confirm_article,
    publish_article,
    return_article,
    withdraw_article,
)
from service.knowledge.actions.using import use_article, words_of
from service.knowledge.actions.writing import change_article, propose_article, restore_version, write_article

__all__ = [
    "add_file",
    "ask_review",
    "change_article",
    "confirm_article",
    "propose_article",
    "publish_article",
    "remove_file",
    "restore_version",
    "return_article",
    "use_article",
    "withdraw_article",
    "words_of",
    "write_article",
]
