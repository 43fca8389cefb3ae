"""Form fields that several forms share: a record found by typing, several values one to a line, tags; and sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from crm.field_rights import hidden_fields, read_only_fields
from crm.languages.refusing import refused
from crm.languages.words import translated

if TYPE_CHECKING:
    from django.forms.models import ModelChoiceIterator

    from crm.layouts.arranging import Arrangement
    from crm.models import User


class RecordSelect(forms.Select):
    """A select that draws the chosen record only; the others are looked up at `data-pick-url` while typing.

    `known` holds records by id that the form has read already, for all its fields at once; `veiled` is the id of the
    chosen record that the person may not see, and the words that are shown for it.
    """

    known: dict[str, Any] | None = None
    veiled: tuple[str, str] | None = None

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        chosen = [key for key in value if key.isdecimal()]
        records = self._read(chosen) if chosen else []
        options = [("", "")] + [(str(record.pk), self._label_of(record)) for record in records]
        selected = set(chosen) or {""}
        return [
            (None, [self.create_option(name, key, label, key in selected, index)], index)
            for index, (key, label) in enumerate(options)
        ]

    def _label_of(self, record: Any) -> str:
        return self.veiled[1] if self.veiled and self.veiled[0] == str(record.pk) else str(record)

    def _read(self, keys: list[str]) -> list[Any]:
        if self.known is not None:
            return [self.known[key] for key in keys if key in self.known]
        choices = cast("ModelChoiceIterator[Any]", self.choices)
        return list(choices.queryset.filter(pk__in=keys))


class RecordField(forms.ModelChoiceField):
    """One record of a large table; only those of `queryset` are taken."""

    widget = RecordSelect

    def __init__(self, *, url_name: str, hint: str = "Type to search", **kwargs: Any) -> None:
        attrs = {"data-pick": "one", "data-pick-url": reverse_lazy(url_name), "placeholder": hint}
        super().__init__(widget=RecordSelect(attrs=attrs), **kwargs)

    def know(self, records: dict[str, Any]) -> None:
        """Take the records that are allowed and asked for, so that nothing is read field by field."""
        self.widget.known = records

    def reach(self, rows: QuerySet[Any], kept: int | None, words: str) -> None:
        """Take the records that the person may see, and the one that stands there now: out of sight it is shown as
        `words`."""
        self.queryset = rows
        if kept is not None and not rows.filter(pk=kept).exists():
            self.queryset = rows.model._default_manager.filter(pk=kept) | rows
            self.widget.veiled = (str(kept), words)

    def to_python(self, value: Any) -> Any:
        known = self.widget.known
        if known is None or value in self.empty_values:
            return super().to_python(value)
        if str(value) not in known:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return known[str(value)]


class LinesField(forms.CharField):
    """Several values, one to a line, as a list; `check(line)` raises a `ValidationError` for one that will not do."""

    def __init__(self, *, check: Callable[[str], Any] | None = None, most: int = 20, **kwargs: Any) -> None:
        self.check, self.most = check, most
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2, "class": "lines"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:
        """The lines without blanks around them; empty ones are left out. What stands in the record is not checked."""
        if isinstance(value, (list, tuple)):
            return list(value)
        text = super().clean(value) or ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > self.most:
            raise refused("At most %(most)s lines, please.", most=self.most)
        for number, line in enumerate(lines, start=1):
            self._check(number, line)
        return lines

    def _check(self, number: int, line: str) -> None:
        if self.check is None:
            return
        try:
            self.check(line)
        except ValidationError as error:
            raise refused(
                "Line %(number)s, “%(line)s”: %(problem)s", number=number, line=line[:80], problem=error
            ) from error


NO_MAIL = gettext_noop("no mail can carry them")


class OfferedTags(forms.TextInput):
    """Tags between commas, of which the browser offers some; any other can be typed."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        super().__init__(attrs={"data-tags": True, "autocomplete": "off"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        key = f"{(attrs or {}).get('id', f'id_{name}')}_words"
        box = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((word,) for word in self.words))
        return format_html('{}<datalist id="{}">{}</datalist>', box, key, options)


class TagsField(forms.CharField):
    """Tags between commas, as a list without repeats; `words` are offered."""

    def __init__(self, *, max_tag_length: int = 60, words: Sequence[str] = (), **kwargs: Any) -> None:
        self.max_tag_length = max_tag_length
        if words:
            kwargs["widget"] = OfferedTags(words)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(self.prepare_value(value)) or ""
        tags = list(dict.fromkeys(" ".join(tag.split()) for tag in text.split(",") if tag.strip()))
        if long := [tag for tag in tags if len(tag) > self.max_tag_length]:
            raise refused(
                "“%(long)s…” is too long for a tag: %(most)s characters at most.",
                long=long[0][:30],
                most=self.max_tag_length,
            )
        return tags


class SeveralFiles(forms.ClearableFileInput):
    """A file field in which several can be chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Some files, as a list; empty where none is brought. At most `most`, together at most `limit` bytes, `because`."""

    widget = SeveralFiles

    def __init__(self, *, most: int, limit: int, because: str = NO_MAIL, **kwargs: Any) -> None:
        self.most, self.limit, self.because = most, limit, because
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        brought = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        files = [super(FilesField, self).clean(one, initial) for one in brought]
        if len(files) > self.most:
            raise refused("At most %(most)s files, please.", most=self.most)
        if sum(file.size for file in files) > self.limit:
            raise refused(
                "Together they are larger than %(limit)s: %(because)s.",
                limit=lambda: filesizeformat(self.limit),
                because=lambda: translated(self.because),
            )
        return files


class SectionedForm(forms.BaseForm):
    """Lays fields out for `components/_sections.html`: `layout` is (title, rows of field names).

    A form with a hidden `version` says by `take_version` what version it is saved over.
    """

    layout: Sequence[tuple[str, Sequence[Sequence[str]]]] = ()
    hidden_names: frozenset[str] = frozenset()

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What stands there; a number without the zeros that nobody typed."""
        value = super().get_initial_for_field(field, field_name)
        return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value

    def take_rights(self, user: User | None, model: type[Model]) -> None:
        """Leave out what is hidden from this person and fix what they may not write: both keep the value they have,
        whatever is sent."""
        self.hidden_names = hidden_fields(user, model)
        for name in read_only_fields(user, model) & set(self.fields):
            self._fix(name)

    def take_layout(self, layout: Arrangement) -> None:
        """Stand as it is arranged. What is left out keeps the value it has: that is no right, other doors write it."""
        rows: list[tuple[str, list[list[str]]]] = []
        for block in layout.blocks:
            lines: list[list[str]] = []
            has_room = False
            for one in block.items:
                if has_room and not one.is_wide:
                    lines[-1].append(one.name)
                else:
                    lines.append([one.name])
                has_room = not one.is_wide and len(lines[-1]) == 1
            rows.append((block.title, lines))
        self.layout = rows
        left_out = {one.name for one in layout.hidden} & set(self.fields)
        self.hidden_names |= left_out
        for name in left_out:
            self._fix(name)

    def _fix(self, name: str) -> None:
        """The field keeps the value it has, whatever is sent."""
        self.fields[name].disabled, self.fields[name].required = True, False

    def sections(self) -> list[dict[str, Any]]:
        """Each section with its rows of bound fields; absent fields and empty rows are left out."""
        found = [{"title": title, "rows": [self._bound(row) for row in rows]} for title, rows in self.layout]
        for section in found:
            section["rows"] = [row for row in section["rows"] if row]
        return [section for section in found if section["rows"]]

    def take_version(self, version: int) -> None:
        """After a conflict: saving again replaces what the other person wrote."""
        data = cast(QueryDict, self.data).copy()
        data["version"] = str(version)
        self.data = data

    def _bound(self, names: Sequence[str]) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields and name not in self.hidden_names]
