"""Labels, helps and choices of forms are English in the code and translated when a form is drawn."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from django.forms import ModelChoiceField
from django.forms.boundfield import BoundField
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.forms.widgets import ChoiceWidget
from django.utils.safestring import SafeString

from crm.languages.refusing import said_errors
from crm.languages.words import is_translated, translated


class SpokenErrors(ErrorList):
    """What is wrong with a form or a field, each sentence in the language of the page when it is asked for."""

    def __getitem__(self, place: Any) -> Any:
        found = self.data[place]
        return said_errors(found) if isinstance(place, slice) else said_errors([found])[0]

    @classmethod
    def of(cls, errors: ErrorList) -> SpokenErrors:
        """The same errors, as the page shows them."""
        given: Any = errors
        spoken = cls(given.data, renderer=given.renderer, field_id=given.field_id)
        spoken.error_class = errors.error_class
        return spoken


class SpokenField(BoundField):
    """A field whose words are in the language of the page. Choices that are records, or words that people made up
    (`has_own_words`), stay as they are; what stands for none of them is translated."""

    @property
    def label(self) -> str:
        return translated(self._label)

    @label.setter
    def label(self, words: str) -> None:
        self._label = words

    @property
    def help_text(self) -> str:
        return translated(self._help_text)

    @help_text.setter
    def help_text(self, words: str) -> None:
        self._help_text = words

    @property
    def errors(self) -> ErrorList:
        return SpokenErrors.of(super().errors)

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: bool = False) -> SafeString:
        widget = widget or self.field.widget
        is_own = isinstance(self.field, ModelChoiceField) or getattr(self.field, "has_own_words", False)
        if is_translated() and isinstance(widget, ChoiceWidget):
            widget = copy.copy(widget)
            widget.choices = (
                SpokenRecords(widget.choices.field)
                if isinstance(widget.choices, ModelChoiceIterator)
                else [(value, words if is_own and value != "" else _spoken(words)) for value, words in widget.choices]
            )
        return super().as_widget(widget, attrs, only_initial)


class SpokenRecords(ModelChoiceIterator):
    """The records of a field, read when the widget draws them: one that draws the chosen record alone reads no other.
    What stands for none of them is in the language of the page."""

    def __iter__(self) -> Iterator[Any]:
        for value, words in super().__iter__():
            yield value, _spoken(words) if value == "" else words


def _spoken(words: Any) -> Any:
    """The words of a choice; of a group, those of each choice in it."""
    if isinstance(words, (list, tuple)):
        return [(value, translated(said)) for value, said in words]
    return translated(words)


class SpokenForms(DjangoTemplates):
    """Django's renderer of forms with fields in the language of the page."""

    bound_field_class = SpokenField
