"""Texts that are data of the code: lines of the navigation, keys, labels of fields, words of choices.

They stand in English where they belong, unmarked, and `translated` finds them in the catalogue when they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from crm.catalogue import catalogues, shipped_fields_of
from crm.choices import Density, JobState, Role, Theme
from crm.forms import ProfileForm
from crm.keys import KEYS
from crm.languages.marked import FIELDS_OF
from crm.navigation import all_commands
from crm.notes.choices import NoticeMail


def declared_texts() -> Iterator[tuple[str, str]]:
    """Each text with the name of what declares it."""
    for words, place in _all():
        if words and any(letter.isalpha() for letter in words):
            yield words, place


def _all() -> Iterator[tuple[str, str]]:
    for catalogue in catalogues():
        for item in catalogue.navigation:
            yield from ((item.label, "navigation"), (item.group, "navigation"))
        for new in catalogue.new_items:
            yield new.label, "navigation"
    for command in all_commands():
        yield from ((command.label, "commands"), (command.note, "commands"))
    for heading, keys in KEYS.items():
        yield heading, "keys"
        yield from ((key.words, "keys") for key in keys)
    for choices in (Role, Theme, Density, NoticeMail, JobState):
        yield from ((str(words), "choices") for words in choices.labels)
    for bound in ProfileForm().visible_fields():
        yield from ((str(bound.field.label), "forms"), (str(bound.field.help_text), "forms"))
    for label in FIELDS_OF:
        for spec in shipped_fields_of(label):
            yield from ((spec.label, "fields"), (spec.group, "fields"), (spec.help, "fields"))
