"""The forms of a page as a browser would send them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSENT = {"file", "submit", "button"}
TYPED = {"text", "number"}
WELL_KNOWN = ("advice", "name", "label", "note", "message", "plan", "rate", "rate_per_minute", "number", "sender_name")


@dataclass
class PageForm:
    """`fields` as sent; `kinds` of what a person types into; `options` of the selects."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)

    def typed_by(self, writer: int) -> dict[str, list[str]]:
        """What is sent by a person who changed one field: each writer to something else."""
        known = [name for last in WELL_KNOWN for name in self.kinds if name.rpartition("-")[2] == last]
        name = next(iter(known or self.kinds), "")
        if name:
            value = str(writer + 5) if self.kinds[name] == "number" else f"Typed by {writer}"
            return {**self.fields, name: [value]}
        name = max(self.options, key=lambda one: len(self.options[one]))
        others = [option for option in self.options[name] if option and [option] != self.fields.get(name)]
        return {**self.fields, name: [others[writer - 1]]}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "form":
            self.forms.append(PageForm())
        if not self.forms or "disabled" in given:
            return
        form = self.forms[-1]
        if tag == "input" and name and kind not in UNSENT and (kind not in {"checkbox", "radio"} or "checked" in given):
            form.fields.setdefault(name, []).append(given.get("value", ""))
            if kind in TYPED:
                form.kinds[name] = kind
        elif tag == "select" and name:
            self.select = name
            form.options[name] = []
        elif tag == "option" and self.select:
            form.options[self.select].append(given.get("value", ""))
            if "selected" in given:
                form.fields.setdefault(self.select, []).append(given.get("value", ""))
        elif tag == "textarea" and name:
            self.textarea = name
            form.fields[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1].fields[self.textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
        if tag == "select":
            self.select = ""


def form_in(html: str, mark: str) -> PageForm:
    """The form that has a field of this name, such as `opened`. Raises where the page has none."""
    reader = _Reader()
    reader.feed(html)
    found = [form for form in reader.forms if mark in form.fields]
    if not found:
        raise AssertionError(f"no form of the page has a field {mark}")
    return max(found, key=lambda form: len(form.fields))
