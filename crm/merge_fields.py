"""Fields between braces, in texts that are written once and sent often.

Our own substitution and no template engine: a name between braces is replaced by a value, and nothing in a text or a
value is ever run or read again. What to write where a value is empty stands behind a bar: `{{first_name|there}}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from crm.languages.refusing import refused


class Unknown(ValueError):
    """A field of a text is empty, and the text names nothing to write instead."""


@dataclass(frozen=True)
class MergeFields:
    """The fields that a kind of text may have, with what they stand for in words; `opens` and `closes` are the braces
    around them."""

    fields: Mapping[str, str]
    opens: str = "{{"
    closes: str = "}}"

    @cached_property
    def place(self) -> re.Pattern[str]:
        """A field in a text: its name, and what to write instead (None: nothing is said)."""
        return re.compile(rf"{re.escape(self.opens)}([^{{}}|]*)(?:\|([^{{}}]*))?{re.escape(self.closes)}")

    def written(self, name: str) -> str:
        """A field as it stands in a text."""
        return f"{self.opens}{name}{self.closes}"

    @property
    def in_words(self) -> str:
        return ", ".join(self.written(name) for name in self.fields)

    def check(self, text: str) -> None:
        """Refuse names between braces that are no field, and braces without one. Raises ValidationError."""
        wrong = [name for name, _ in self.place.findall(text) if name.strip() not in self.fields]
        if wrong:
            raise refused(
                "“%(field)s” is no field. These are: %(known)s.",
                field=self.written(wrong[0]),
                known=self.in_words,
            )
        rest = self.place.sub("", text)
        if self.opens in rest or self.closes in rest:
            example = self.written("first_name"), self.written("first_name|there")
            raise refused(
                "A brace stands alone: write a field like %(example)s, or %(other)s.",
                example=example[0],
                other=example[1],
            )

    def fill(self, text: str, values: Mapping[str, str]) -> str:
        """The text with its fields filled in. Raises Unknown."""

        def put(found: re.Match[str]) -> str:
            value = self._value(found, values)
            if not value:
                name = found[1].strip()
                raise Unknown(f"{self.fields.get(name, name)} is not known, and the mail says nothing instead")
            return value

        return self.place.sub(put, text)

    def fill_known(self, text: str, values: Mapping[str, str]) -> str:
        """The text with the fields filled in of which something is known; the others stay as they stand."""
        return self.place.sub(lambda found: self._value(found, values) or found[0], text)

    def gaps(self, text: str) -> list[str]:
        """The fields that still stand in a text, in words."""
        return [self.fields[name.strip()] for name, _ in self.place.findall(text) if name.strip() in self.fields]

    @staticmethod
    def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
        return values.get(found[1].strip(), "").strip() or (found[2] or "").strip()
