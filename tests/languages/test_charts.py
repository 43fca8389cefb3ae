"""What charts say (axes, names of lines, labels) is asked of the catalogue, in scripts as in Python."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from crm.languages import catalogue_files as files
from crm.languages.marked import COMPLETE

ROOT = Path(settings.BASE_DIR)
SCRIPTS = ROOT / "static" / "js" / "charts"
SAID = re.compile(r'\b(?:name|text|formatter): "([^"]*)"')
HOLE = re.compile(r"\$\{(?:[^{}`]|\{[^{}]*\})*\}")
# names of hidden lines, which no legend shows; the abbreviation is the same in every language
SILENT = {"low", "high", "start", "NPS", "{value} %"}


def bare_words(script):
    """Texts of a chart that stand in the script itself."""
    found = [text for text in SAID.findall(script) if re.search(r"[A-Za-z]{2}", text) and text not in SILENT]
    flat = re.sub(r"^ *//.*$", "", script, flags=re.MULTILINE)
    while (less := HOLE.sub("", flat)) != flat:
        flat = less
    inner = (text for text in re.findall(r"`([^`\n]*)`", flat) if not text.startswith("${"))
    return found + [text for text in inner if re.search(r"[A-Za-z]{2}", text.replace("NPS", ""))]


def test_a_bare_label_of_a_script_is_found():
    script = 'axis = { name: "Week" }; say = `${share} of ${"the"} rest`; ok = { name: inWords("Week"), b: `${a}` };'
    assert bare_words(script) == ["Week", " of  rest"]


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.js") if path.name != "base.js"))
def test_a_chart_says_nothing_that_no_catalogue_has(script):
    assert bare_words((SCRIPTS / script).read_text()) == []


PLAIN = re.compile(
    r"(?:say\(|textContent = |textContent: |sentence: |\btitle: |\btext: |\byes: |[?:|] )"
    r'(["`])([^"`]*[A-Za-z]{2}[^"`]*)\1'
)


def told(script):
    """Sentences and words for people that a script does not ask the catalogue for."""
    found = [text for _, text in PLAIN.findall(HOLE.sub("", script))]
    return [text for text in found if re.match(r"[A-Z][a-z]+(\W|$)", text) or " is " in text]


def test_what_a_script_tells_is_found_where_it_stands_bare():
    script = (
        'say("It stays."); a.textContent = x ?? "No luck."; b = { title: "Go?" }; say(inWords("Kept.")); c ? "a" : "";'
    )
    assert told(script) == ["It stays.", "No luck.", "Go?"]


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.parent.glob("*.js")))
def test_a_script_tells_people_nothing_that_no_catalogue_has(script):
    assert told((SCRIPTS.parent / script).read_text()) == []


def bare_lines(source):
    """Names of lines and bars (dictionaries with `name` and `points`) that are plain texts."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            said = {getattr(key, "value", None): value for key, value in zip(node.keys, node.values, strict=True)}
            name = said.get("name")
            if "points" in said and isinstance(name, (ast.Constant, ast.JoinedStr)):
                found.append(ast.unparse(name))
    return found


def test_no_line_of_a_chart_has_a_plain_name():
    assert bare_lines('a = {"name": "Came", "points": []}; b = {"name": gettext("Came"), "points": []}') == ["'Came'"]
    wrong = {}
    for app in ("crm", *settings.CRM_APPS):
        for path in sorted(path for path in (ROOT / app).rglob("*.py") if "demo" not in path.parts):
            if found := bare_lines(path.read_text()):
                wrong[path.relative_to(ROOT).as_posix()] = found
    assert wrong == {}


ASKED = re.compile(r'inWords\(\s*"((?:[^"\\]|\\.)*)"')


@pytest.mark.parametrize("language", COMPLETE)
def test_a_script_gets_all_words_that_it_asks_for(language):
    """One that is asked for within backticks is not found by who makes the catalogues."""
    asked = {text for path in SCRIPTS.parent.rglob("*.js") for text in ASKED.findall(path.read_text())}
    words = files.script_path(language).read_text()
    assert "%(period)s so far" in asked
    assert sorted(text for text in asked if f'"{text}":' not in words) == []
