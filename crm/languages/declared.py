"""Texts that are data of the code: lines of the navigation, keys, labels of fields, words of choices.

They stand in English where they belong, unmarked, and `translated` finds them in the catalogue when they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.forms import BaseForm, ChoiceField
from django.forms.utils import pretty_name
from django.utils.module_loading import import_string

from crm.catalogue import catalogues, shipped_fields_of
from crm.choices import Density, JobState, Role, Theme
from crm.forms import ProfileForm
from crm.keys import KEYS
from crm.languages.marked import CHOICES_OF, FIELDS_OF, FORMS_OF, SHOWN_ON, WORDS_OF
from crm.navigation import all_commands
from crm.notes.choices import NoticeMail


def declared_texts() -> Iterator[tuple[str, str]]:
    """Each text with the name of what declares it."""
    for words, place in _all():
        if words and any(letter.isalpha() for letter in words):
            yield words, place


def _all() -> Iterator[tuple[str, str]]:
    yield from _of_catalogues()
    yield from _of_frame()
    for label in CHOICES_OF:
        yield from ((words, "choices") for words in _choices_of(label))
    for path in WORDS_OF:
        yield from ((str(words), "choices") for words in import_string(path).labels)
    for name in FORMS_OF:
        for form in _forms_of(name):
            yield from ((words, "forms") for words in _words_of(form))
    for label in FIELDS_OF:
        for spec in shipped_fields_of(label):
            yield from ((spec.label, "fields"), (spec.group, "fields"), (spec.help, "fields"))


def _of_catalogues() -> Iterator[tuple[str, str]]:
    for catalogue in catalogues():
        for item in catalogue.navigation:
            yield from ((item.label, "navigation"), (item.group, "navigation"))
        for new in catalogue.new_items:
            yield new.label, "navigation"
        for label in SHOWN_ON:
            yield from ((panel.label, "panels") for panel in catalogue.panels.get(label, ()))
        for source in catalogue.timeline:
            yield from ((one.label, "timeline") for one in (source, *source.parts))


def _of_frame() -> Iterator[tuple[str, str]]:
    for command in all_commands():
        yield from ((command.label, "commands"), (command.note, "commands"))
    for heading, keys in KEYS.items():
        yield heading, "keys"
        yield from ((key.words, "keys") for key in keys)
    for choices in (Role, Theme, Density, NoticeMail, JobState):
        yield from ((str(words), "choices") for words in choices.labels)
    for bound in ProfileForm().visible_fields():
        yield from ((str(bound.field.label), "forms"), (str(bound.field.help_text), "forms"))


def _choices_of(label: str) -> Iterator[str]:
    """The words of all choices of a model's fields."""
    for field in apps.get_model(label)._meta.get_fields():
        yield from (str(words) for _value, words in getattr(field, "flatchoices", None) or ())


def _forms_of(module: str) -> Iterator[type[BaseForm]]:
    """The forms that are defined in a module."""
    for thing in vars(import_module(module)).values():
        if isinstance(thing, type) and issubclass(thing, BaseForm) and thing.__module__ == module:
            yield thing


def _words_of(form: Any) -> Iterator[str]:
    """Labels, helps, titles of sections and shipped choices of a form."""
    for name, field in form.base_fields.items():
        if field.widget.is_hidden:
            continue
        yield from (str(field.label or pretty_name(name)), str(field.help_text))
        if isinstance(field, ChoiceField) and isinstance(field.choices, (list, tuple)):
            yield from _leaves(field.choices)
    yield from (title for title, _rows in getattr(form, "layout", ()))


def _leaves(choices: Any) -> Iterator[str]:
    for _value, words in choices:
        yield from _leaves(words) if isinstance(words, (list, tuple)) else (str(words),)
