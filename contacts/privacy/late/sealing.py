"""What somebody erased was called by, sealed until nobody can bring it any more: a dump of the tables tells nothing."""

from __future__ import annotations

import logging

from contacts.privacy.tables import Person
from crm.foreign.tokens import Purpose, make_token, read_token

logger = logging.getLogger(__name__)
GROUPS = ("addresses", "names", "external_ids")


def sealed(person: Person) -> list[str]:
    """One token a word, encrypted by a key of this purpose; who they are in our tables stands in it, too."""
    words = [(group, word) for group in GROUPS for word in getattr(person, group)]
    tokens = [make_token(Purpose.ERASURE, {"id": key}, None) for key in person.ids]
    return tokens + [make_token(Purpose.ERASURE, {"of": group, "word": word}, None) for group, word in words]


def unsealed(contact: int, tokens: list[str]) -> Person:
    """The person of these tokens. Under another secret key nothing is left of the words: their rows alone are found."""
    said = [one for token in tokens if (one := read_token(Purpose.ERASURE, token)) is not None]
    if len(said) < len(tokens):
        logger.warning("What the erased contact %s was called by was sealed by a key that is gone.", contact)
    ids = tuple(one["id"] for one in said if "id" in one) or (contact,)
    words = {group: tuple(one["word"] for one in said if one.get("of") == group) for group in GROUPS}
    return Person(ids, words["addresses"], words["names"], external_ids=words["external_ids"])
