"""The questions of a survey as a form: plain fields that any phone can send without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from feedback.actions.answering import Said
from feedback.choices import QuestionKind
from feedback.languages import said_in, words_in
from feedback.models import Question, Survey

LONGEST_TEXT = 5_000
NUMBER = re.compile(r"\d{1,11}(?:[.,]\d{1,4})?")


@dataclass
class Block:
    """A question as the page shows it: its words, its field, and for a matrix its rows."""

    question: Question
    text: str
    low: str = ""
    high: str = ""
    bound: Any = None
    rows: list[Block] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.question.kind

    @property
    def steps(self) -> int:
        """How many steps its scale has."""
        return self.question.high - self.question.low + 1


class AnswerForm(forms.Form):
    """A field for each question, in a language; `answers` is what was said."""

    def __init__(
        self,
        *,
        survey: Survey,
        questions: Sequence[Question],
        language: str,
        data: Any = None,
        said: Mapping[int, Said] | None = None,
    ) -> None:
        super().__init__(data=data, initial={f"q{key}": _typed(one) for key, one in (said or {}).items()}, prefix=None)
        self.survey, self.questions, self.language = survey, questions, language
        self.words = words_in(language)
        for one in questions:
            if one.kind != QuestionKind.MATRIX:
                self.fields[f"q{one.pk}"] = self._field(one)
        self.auto_id = "%s"

    def _field(self, one: Question) -> forms.Field:
        messages = {"required": self.words["required"], "invalid_choice": self.words["choose"]}
        common: dict[str, Any] = {"required": one.is_required, "error_messages": messages, "label": self._said(one)}
        if one.kind in (QuestionKind.RATING, QuestionKind.NPS):
            steps = [(str(step), str(step)) for step in range(one.low, one.high + 1)]
            return forms.ChoiceField(choices=steps, widget=forms.RadioSelect, **common)
        if one.kind == QuestionKind.CHOICE:
            options = [
                (str(place), said_in(self.survey, self.language, f"q{one.pk}.c{place}", text))
                for place, text in enumerate(one.choices)
            ]
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        if one.kind == QuestionKind.NUMBER:
            attrs = {"inputmode": "decimal", "maxlength": 20}
            return _NumberField(self.words["number"], widget=forms.TextInput(attrs=attrs), **common)
        messages["max_length"] = self.words["long"]
        text_area = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(max_length=LONGEST_TEXT, widget=text_area, **common)

    def _said(self, one: Question) -> str:
        return said_in(self.survey, self.language, f"q{one.pk}", one.text)

    @property
    def blocks(self) -> list[Block]:
        """The questions in their order, the rows of a matrix within it."""
        found: list[Block] = []
        headings: dict[int, Block] = {}
        for one in self.questions:
            low, high = (
                said_in(self.survey, self.language, f"q{one.pk}.{end}", text)
                for end, text in (("low", one.low_label), ("high", one.high_label))
            )
            block = Block(one, self._said(one), low, high)
            if one.kind == QuestionKind.MATRIX:
                headings[one.pk] = block
            else:
                block.bound = self[f"q{one.pk}"]
            heading = headings.get(one.matrix_id or 0)
            (heading.rows if heading else found).append(block)
        return found

    @property
    def answers(self) -> dict[int, Said]:
        """What was said, by question."""
        return {one.pk: self._answer(one) for one in self.questions if one.kind != QuestionKind.MATRIX}

    def _answer(self, one: Question) -> Said:
        said = self.cleaned_data[f"q{one.pk}"]
        if said in ("", None):
            return Said()
        if one.kind == QuestionKind.TEXT:
            return Said(comment=said)
        if one.kind == QuestionKind.CHOICE:
            return Said(choice=one.choices[int(said)])
        return Said(value=Decimal(said))


class _NumberField(forms.CharField):
    """A number from nought up, with a comma or a point."""

    def __init__(self, sentence: str, **more: Any) -> None:
        self.sentence = sentence
        super().__init__(max_length=20, **more)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        if text and not NUMBER.fullmatch(text):
            raise ValidationError(self.sentence)
        return text.replace(",", ".")


def _typed(said: Said) -> str:
    """An answer as it was typed."""
    if said.value is not None:
        return f"{said.value.normalize():f}"
    return said.choice or said.comment


def initial_of(questions: Sequence[Question], said: Mapping[int, Said]) -> dict[int, Said]:
    """Answers of before, ready to be shown in the form: a choice by its place."""
    found = dict(said)
    for one in questions:
        choice = said[one.pk].choice if one.pk in said else ""
        if choice:
            place = str(one.choices.index(choice)) if choice in one.choices else ""
            found[one.pk] = Said(choice=place)
    return found
