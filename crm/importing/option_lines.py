"""Options of an import that come in lines: the same value for every row, fields made of columns, replaced values, and
columns that feed one more field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms

from crm.importing.mapping import ROW_NUMBER, ImportOptions

LEAST_LINES = 2
FIELD, COLUMN, TEXT = "field", "column", "text"
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class LineDesign:
    """One kind of lines: its parts as (name, label, what it holds), and how the options say what stands in them."""

    name: str
    heading: str
    help: str
    parts: tuple[tuple[str, str, str], ...]
    stored: Callable[[ImportOptions], list[tuple[str, ...]]]

    def add(
        self, form: forms.Form, options: ImportOptions, targets: Choices, columns: Sequence[str]
    ) -> list[list[str]]:
        """Add the fields of the lines to a form: those that are filled, and one more; the names of each line."""
        said = self.stored(options)
        lines = []
        for number in range(max(LEAST_LINES, len(said) + 1)):
            values = said[number] if number < len(said) else ("",) * len(self.parts)
            names = [f"{self.name}_{part}_{number}" for part, _, _ in self.parts]
            for name, (_, label, holds), value in zip(names, self.parts, values, strict=True):
                form.fields[name] = _field(label, holds, value, targets, columns)
            lines.append(names)
        return lines


def _field(label: str, holds: str, value: str, targets: Choices, columns: Sequence[str]) -> forms.Field:
    if holds == TEXT:
        return forms.CharField(label=label, required=False, max_length=300, initial=value, strip=False)
    choices = targets if holds == FIELD else [("", "no column"), *((column, column) for column in columns)]
    return forms.ChoiceField(label=label, choices=choices, required=False, initial=value)


def _constants(options: ImportOptions) -> list[tuple[str, ...]]:
    return list(options.constants.items())


def _second_uses(options: ImportOptions) -> list[tuple[str, ...]]:
    """Pairs of columns that feed a field already."""
    seen: set[str] = set()
    found: list[tuple[str, ...]] = []
    for column, name in options.map:
        if column in seen and column != ROW_NUMBER:
            found.append((column, name))
        seen.add(column)
    return found


LINES = (
    LineDesign(
        "fixed",
        "The same for every row",
        "",
        (("field", "Field", FIELD), ("text", "Value", TEXT)),
        _constants,
    ),
    LineDesign(
        "template",
        "Fields made of columns",
        "Names of columns in braces, such as {street} {number}.",
        (("field", "Field", FIELD), ("text", "Made of", TEXT)),
        lambda options: list(options.templates.items()),
    ),
    LineDesign(
        "value",
        "Values that mean another",
        "Such as the country Deutschland for DE.",
        (("field", "Field", FIELD), ("from", "In the file", TEXT), ("to", "Becomes", TEXT)),
        lambda options: list(options.values),
    ),
    LineDesign(
        "also",
        "Columns that feed one more field",
        "",
        (("column", "Column", COLUMN), ("field", "Field", FIELD)),
        _second_uses,
    ),
)
