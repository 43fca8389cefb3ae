"""What people say in the import wizard, as import options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.apps import apps
from django.core.files.uploadedfile import UploadedFile

from crm.access import can
from crm.catalogue import import_kinds
from crm.choices import FieldType, Verb
from crm.importing.custom import NEW
from crm.importing.dates import DateOrder
from crm.importing.kinds import EXTERNAL_ID, ImportKind
from crm.importing.mapping import BOTH, ROW_NUMBER, ImportOptions
from crm.importing.matching import WRITES
from crm.importing.numbers import DecimalMark
from crm.importing.option_lines import LINES
from crm.models import User

MAX_UPLOAD_BYTES = 300 << 20
MAX_SHOWN_COLUMNS = 200
REST = "rest"  # the button that makes custom fields of all columns that feed nothing
ENCODINGS = (
    ("", "Found out from the file"),
    ("utf-8", "UTF-8"),
    ("cp1252", "Western European (Windows)"),
    ("iso8859-15", "Western European (ISO)"),
    ("cp1250", "Central European"),
    ("cp1251", "Cyrillic"),
    ("utf-16", "UTF-16"),
    ("mac_roman", "Mac"),
    ("shift_jis", "Japanese"),
    ("gb18030", "Chinese"),
)
DELIMITERS = (("", "Found out from the file"), (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Vertical bar"))
HEADERS = (
    ("", "Found out from the file"),
    ("yes", "The first row names the columns"),
    ("no", "There is no row of names"),
)
ORDERS = (
    ("", "Found out from the column"),
    (DateOrder.DMY.value, "Day, month, year"),
    (DateOrder.MDY.value, "Month, day, year"),
    (DateOrder.YMD.value, "Year, month, day"),
)
MARKS = (
    ("", "Found out from the column"),
    (DecimalMark.POINT.value, "Point: 1,234.56"),
    (DecimalMark.COMMA.value, "Comma: 1.234,56"),
)

NEW_FIELDS = (
    (NEW, "a new custom field, its type guessed"),
    *((f"{NEW}{value}", f"a new custom field: {label.lower()}") for value, label in FieldType.choices),
)


def kinds_for(user: User) -> list[ImportKind]:
    """The kinds that this person may import."""
    return [kind for kind in import_kinds().values() if may_import(user, kind)]


def may_import(user: User, kind: ImportKind) -> bool:
    """Whether a person may bring in files of a kind."""
    return can(user, Verb.IMPORT, apps.get_model(kind.model))


class UploadForm(forms.Form):
    """The file and what a row of it is."""

    kind = forms.ChoiceField(label="What is in the file?", widget=forms.RadioSelect)
    file = forms.FileField(
        label="File",
        help_text="CSV, TSV, an Excel workbook (.xlsx), JSON lines, vCards, or gzip of these; at most 300 MB.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.name, f"{kind.label}: a row is {kind.row}") for kind in kinds_for(user)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                "This file is larger than 300 MB. Split it, or compress it with gzip, and import the parts."
            )
        return upload


class MappingForm(forms.Form):
    """A select for each column (the field it feeds), and how the file is to be read."""

    encoding = forms.ChoiceField(label="Letters", choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label="Between cells", choices=DELIMITERS, required=False)
    header = forms.ChoiceField(label="First row", choices=HEADERS, required=False)
    sheet = forms.ChoiceField(label="Sheet", required=False)
    date_order = forms.ChoiceField(label="Dates in figures", choices=ORDERS, required=False)
    decimal = forms.ChoiceField(label="Decimal mark", choices=MARKS, required=False)
    match = forms.ChoiceField(label="A row is a contact that is there if it has the same", required=False)
    write = forms.ChoiceField(label="What is written", choices=WRITES, required=False)
    nulls = forms.CharField(
        label="Texts that mean “not given”",
        required=False,
        max_length=200,
        help_text="Parted by commas, such as N/A, Select.",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: ImportKind,
        columns: Sequence[str],
        options: ImportOptions,
        user: User | None = None,
        may_add_fields: bool = False,
        sheets: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(data, initial=initial_of(options))
        closed = kind.closed_to(user)
        self.kind, self.columns, self.options, self.user = kind, columns, options, user
        self.may_add_fields = may_add_fields
        if sheets:
            self.fields["sheet"].choices = [("", "The first with a table"), *sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        if kind.matches:
            self.fields["match"].choices = [(one.name, one.label) for one in kind.matches]  # type: ignore[attr-defined]
        else:
            del self.fields["match"], self.fields["write"]
        self.asked = [spec for spec in kind.fields if spec.whole_file and spec.name not in closed]
        choices = [("", "not imported"), *((spec.name, spec.label) for spec in kind.fields if spec.name not in closed)]
        columns_choices = [*choices, *NEW_FIELDS] if may_add_fields else choices
        mapped: dict[str, str] = {}
        for column, name in options.map:
            if column != ROW_NUMBER and name not in closed:
                mapped.setdefault(column, name)
        mapped |= {column: f"{NEW}{name}" for column, name in options.custom}
        for position in shown_columns(columns, options):
            self.fields[f"column_{position}"] = forms.ChoiceField(
                label=columns[position],
                choices=columns_choices,
                required=False,
                initial=mapped.get(columns[position], ""),
            )
            if may_add_fields:
                is_late = columns[position] in options.late
                self.fields[f"late_{position}"] = forms.BooleanField(
                    label="filled in after the fact", required=False, initial=is_late
                )
        targets = [("", "no field"), *choices[1:]]
        self.lines = {design.name: design.add(self, options, targets, columns) for design in LINES}
        row_field = next((name for column, name in options.map if column == ROW_NUMBER), "")
        self.fields["row_number"] = forms.ChoiceField(
            label="The row's number becomes", choices=targets, required=False, initial=row_field
        )
        for spec in self.asked:
            self.fields[f"whole_{spec.name}"] = forms.CharField(
                label=spec.whole_file,
                required=False,
                max_length=spec.limits.max_length,
                initial=options.constants.get(spec.name, ""),
                help_text=spec.help,
                widget=forms.TextInput(attrs={"list": f"offered_{spec.name}"}),
            )

    def to_options(self) -> ImportOptions:
        """The options as the person left them."""
        said = self.cleaned_data
        return replace(
            self.options,
            map=self._map(),
            late=tuple(self._late()),
            templates={name: text for name, text in self.said("template") if name and text},
            values=tuple((name, old, new) for name, old, new in self.said("value") if name and (old or new)),
            custom=self._custom(),
            constants=self._constants(),
            nulls=tuple(text.strip() for text in said["nulls"].split(",") if text.strip()),
            automatic=False,
            date_order=DateOrder(said["date_order"]) if said["date_order"] else None,
            decimal=DecimalMark(said["decimal"]) if said["decimal"] else None,
            encoding=said["encoding"] or None,
            delimiter=said["delimiter"] or None,
            header={"yes": True, "no": False}.get(said["header"]),
            sheet=said.get("sheet") or None,
            match=said.get("match") or EXTERNAL_ID,
            write=said.get("write") or BOTH,
        )

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = ((column, self.cleaned_data.get(f"column_{position}")) for position, column in enumerate(self.columns))
        return [(column, name) for column, name in pairs if name]

    def _map(self) -> tuple[tuple[str, str], ...]:
        """What feeds fields: the columns, those that feed one more, the row's number."""
        own = [pair for pair in self._pairs() if not pair[1].startswith(NEW)]
        more = [(column, name) for column, name in self.said("also") if column and name]
        number = self.cleaned_data["row_number"]
        return (*own, *more, *([(ROW_NUMBER, number)] if number else []))

    def _custom(self) -> tuple[tuple[str, str], ...]:
        """Columns that become custom fields; asked for at once, all that are shown and feed nothing yet."""
        new = [(column, name.removeprefix(NEW)) for column, name in self._pairs() if name.startswith(NEW)]
        if self.may_add_fields and REST in self.data:
            unused = (place for place in range(len(self.columns)) if self.cleaned_data.get(f"column_{place}") == "")
            new += [(self.columns[place], "") for place in unused]
        return tuple(new)

    def _late(self) -> list[str]:
        """Columns of new custom fields that are filled in after the fact."""
        new = {column for column, name in self._pairs() if name.startswith(NEW)}
        ticked = (column for place, column in enumerate(self.columns) if self.cleaned_data.get(f"late_{place}"))
        return [column for column in ticked if column in new]

    def _constants(self) -> dict[str, str]:
        asked = {spec.name: self.cleaned_data[f"whole_{spec.name}"].strip() for spec in self.asked}
        fixed = {line[0]: line[1] for line in self.said("fixed")}
        return {name: text for name, text in {**fixed, **asked}.items() if name and text}

    def said(self, name: str) -> list[tuple[str, ...]]:
        """The lines of one kind, as they were filled in."""
        return [tuple(self.cleaned_data.get(part, "") for part in line) for line in self.lines[name]]

    @property
    def reading_fields(self) -> list[forms.BoundField]:
        names = ("sheet", "encoding", "delimiter", "header", "date_order", "decimal", "nulls")
        return [self[name] for name in names if name in self.fields]

    @property
    def matching_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("match", "write") if name in self.fields]

    @property
    def line_sections(self) -> list[dict[str, Any]]:
        """The kinds of lines for the page: heading, what it is for, the lines of bound fields."""
        return [
            {
                "name": design.name,
                "heading": design.heading,
                "help": design.help,
                "is_used": any(any(self[part].value() for part in line) for line in self.lines[design.name]),
                "lines": [[self[part] for part in line] for line in self.lines[design.name]],
            }
            for design in LINES
        ]

    @property
    def whole_file_fields(self) -> list[tuple[forms.BoundField, Sequence[str]]]:
        """What is asked for the whole file, each with the values that are offered."""
        return [(self[f"whole_{spec.name}"], spec.offered(self.user) if spec.offered else ()) for spec in self.asked]

    def column_lines(self, samples: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """For the page: name, samples, select of each shown column."""
        return [
            {
                "name": self.columns[position],
                "samples": samples[position] if position < len(samples) else (),
                "field": self[name],
                "late": self._late_field(position, name),
            }
            for position in range(len(self.columns))
            if (name := f"column_{position}") in self.fields
        ]

    def _late_field(self, position: int, name: str) -> forms.BoundField | None:
        """The tick of a column that becomes a custom field."""
        is_new = str(self[name].value() or "").startswith(NEW)
        return self[f"late_{position}"] if is_new and f"late_{position}" in self.fields else None

    @property
    def hidden_columns(self) -> int:
        """How many columns are too many for the page."""
        return len(self.columns) - sum(name.startswith("column_") for name in self.fields)


def shown_columns(columns: Sequence[str], options: ImportOptions) -> list[int]:
    """The first columns, and those that are mapped."""
    mapped = {column for column, _ in (*options.map, *options.custom)}
    return [place for place, column in enumerate(columns) if place < MAX_SHOWN_COLUMNS or column in mapped]


def initial_of(options: ImportOptions) -> dict[str, Any]:
    return {
        "encoding": options.encoding or "",
        "delimiter": options.delimiter or "",
        "header": {True: "yes", False: "no"}.get(options.header, "") if options.header is not None else "",
        "date_order": options.date_order or "",
        "sheet": options.sheet or "",
        "decimal": options.decimal or "",
        "nulls": ", ".join(options.nulls),
        "match": options.match,
        "write": options.write,
    }
