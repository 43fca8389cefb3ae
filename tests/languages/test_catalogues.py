"""The catalogues of texts: nothing bare where a language is promised, nothing left open, nothing that breaks a page."""

import re
import symtable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from crm.languages import catalogue_files as files
from crm.languages.marked import COMPLETE, ENGLISH_YET, FRAME, OWN_WORDS, PAGES_OF
from crm.languages.texts import texts_of_template
from crm.languages.views import texts_of_views

FOLDER = Path(settings.BASE_DIR) / "templates"
HOLE = re.compile(r"%\((\w+)\)s|\{([\w.]*)\}")
TAG = re.compile(r"<[^>]*>")
SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-ask", "data-ask-text", "data-ask-yes", "data-drop"}
# words that are the same in every language, pieces of an address or a file, and classes of styles
NO_WORDS = {
    "CSV",
    "PNG",
    "PDF",
    "JSON",
    "form-page-wide",
    "entrance-wide",
    "form-page-wide marks-form",
    "article-form",
    "dash-form",
    "dash-mail",
    "segment-form",
    "Ctrl Enter",
    "Ctrl Shift Enter",
}
SAME = {"Ctrl K"}


def all_templates():
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))


class BareTexts(HTMLParser):
    """What a template says without asking a catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SPOKEN and _is_words(value)]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent and _is_words(data):
            self.found.append(" ".join(data.split()))


def _is_words(text):
    return bool(re.search(r"[A-Za-zÀ-ÿ]{2,}", re.sub(r"&\w+;", "", text or ""))) and text.strip() not in NO_WORDS


def bare_texts(source):
    """Django's tags taken out, with the whole of what stands between those of a translation."""
    parts, is_in_block = [], False
    for token in Lexer(re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", source, flags=re.DOTALL)).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.split()[0].endswith("blocktranslate"):
            is_in_block = not token.contents.startswith("end")
        elif token.token_type == TokenType.TEXT and not is_in_block:
            parts.append(token.contents)
    parser = BareTexts()
    parser.feed("".join(parts))
    return parser.found


def test_a_bare_text_is_found():
    bare = '<p title="{% translate "Yes" %}">{{ name }}<b aria-label="Close it">{% translate "No" %} now</b></p>'
    assert bare_texts(bare) == ["Close it", "now"]


def test_only_what_is_named_as_english_has_bare_texts():
    names = [name for name in all_templates() if not name.startswith((*ENGLISH_YET, *OWN_WORDS))]
    assert {name: found for name in names if (found := bare_texts((FOLDER / name).read_text()))} == {}


def test_what_is_named_as_english_has_bare_texts():
    """What was translated is named no longer."""
    bare = [name for name in all_templates() if bare_texts((FOLDER / name).read_text())]
    assert [place for place in (*ENGLISH_YET, *OWN_WORDS) if not any(name.startswith(place) for name in bare)] == []


@pytest.fixture(scope="module")
def texts():
    return files.template()


@pytest.mark.parametrize("language", files.languages())
def test_a_catalogue_on_disk_is_that_of_the_code(language, texts):
    """`make messages` brings it up to date."""
    assert files.as_po(files.updated(language, texts)) == files.po_path(language).read_bytes()


@pytest.mark.parametrize("language", files.languages())
def test_what_is_compiled_is_of_the_catalogue(language):
    catalog = files.read(language)
    assert files.as_mo(catalog) == files.po_path(language).with_suffix(".mo").read_bytes()
    assert files.as_script(catalog) == files.script_path(language).read_text()


def messages(language):
    return [message for message in files.read(language) if message.id]


def _all(words):
    return list(words) if isinstance(words, (tuple, list)) else [words]


@pytest.mark.parametrize("language", COMPLETE)
def test_every_text_is_said_in_the_complete_languages(language):
    assert [message.id for message in messages(language) if not all(_all(message.string)) or message.fuzzy] == []


@pytest.mark.parametrize("language", files.languages())
def test_every_text_of_the_frame_is_said(language):
    frame = tuple(f"templates/{place}" for place in FRAME) + FRAME
    of_frame = [m for m in messages(language) if any(place.startswith(frame) for place, _line in m.locations)]
    assert len(of_frame) > 200
    assert [message.id for message in of_frame if not all(_all(message.string))] == []


@pytest.mark.parametrize("language", files.languages())
def test_a_language_is_complete_or_says_which_pages_it_speaks(language):
    """Of those pages every text is said."""
    assert (language in COMPLETE) != (language in PAGES_OF)
    pages = [name for name in all_templates() if name.startswith(PAGES_OF.get(language, ()))]
    asked = {words for name in pages for words, _many in texts_of_template((FOLDER / name).read_text())}
    catalog = files.read(language)
    assert sorted(words for words in asked if not all(_all(catalog[words].string))) == []


@pytest.mark.parametrize("language", files.languages())
def test_a_translation_has_the_holes_and_the_tags_of_its_text(language):
    wrong = []
    for message in messages(language):
        asked = _all(message.id)[-1]
        for said in filter(None, _all(message.string)):
            if sorted(HOLE.findall(asked)) != sorted(HOLE.findall(said)) or TAG.findall(asked) != TAG.findall(said):
                wrong.append((asked, said))
            if asked.count("%%") != said.count("%%") or asked[-1:].isspace() != said[-1:].isspace():
                wrong.append((asked, said))
    assert wrong == []


def test_arabic_is_said_in_arabic():
    """Not in another language by mistake; keys and letters of a method stay as they are."""
    wrong = []
    for message in messages("ar"):
        for said in filter(None, _all(message.string)):
            bare = TAG.sub("", HOLE.sub("", said))
            if re.search(r"[A-Za-zÀ-ÿ]{3,}", bare) and not re.search(r"[\u0600-\u06ff]", bare) and said not in SAME:
                wrong.append(said)
    assert wrong == []


def test_marks_in_templates_are_read_as_django_asks_for_them():
    source = (
        '{% translate "100 % sure" %}{{ x|default:_("Nothing") }}{% plural n "row" %}{% plural n "person" "people" %}'
        "{% blocktranslate with name=user.name %}Hello <b>{{ name }}</b>{% endblocktranslate %}"
    )
    assert list(texts_of_template(source)) == [
        ("100 %% sure", ""), ("Nothing", ""), ("row", "rows"), ("person", "people"), ("Hello <b>%(name)s</b>", ""),
    ]  # fmt: skip


def test_what_views_and_cards_say_is_read_without_a_mark():
    source = (
        'class PlayListView(ListPage):\n    heading = "New play"\n    key = "play"\n    new_label = "{record}"\n'
        'card = {"label": "Brier score", "value": number(1), "note": "0 is perfect"}\nrow = {"label": "Plays"}\n'
    )
    assert list(texts_of_views(source)) == ["New play", "Brier score", "0 is perfect"]


def _shadowing(source: str) -> list[str]:
    """Functions that read a `_` of their own, which the module has for the translation."""
    found, scopes = [], [symtable.symtable(source, "module", "exec")]
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        if scope.get_type() == "function" and "_" in scope.get_identifiers():
            name = scope.lookup("_")
            if name.is_local() and name.is_referenced():
                found.append(scope.get_name())
    return found


def test_no_function_takes_the_name_of_the_translation_for_something_else():
    assert _shadowing("def f():\n    a, *_ = 1, 2\n    return _('x')") == ["f"]
    assert _shadowing("def f():\n    return [a for a, _ in b], _('x')") == []
    wrong = {}
    for app in sorted(path.parent for path in Path(settings.BASE_DIR).glob("*/apps.py")):
        for path in app.rglob("*.py"):
            source = path.read_text()
            if "gettext" in source and (found := _shadowing(source)):
                wrong[str(path)] = found
    assert wrong == {}


def words_in(text):
    return re.findall(r"[^\W\d_]{2,}", HOLE.sub("", str(text)))


def test_no_sentence_is_the_same_in_two_languages():
    found = [{str(message.id): message.string for message in files.read(language)} for language in COMPLETE]
    pairs = [(one, other) for one in found for other in found if one is not other]
    same = {key for one, other in pairs for key, said in one.items() if said == other[key]}
    assert [key for key in same if len(words_in(found[0][key])) > 3] == []
