"""Rows that name somebody are found in one reading: never fewer than the words themselves find."""

import random

import pytest
from psycopg import sql

from contacts.privacy.finding import Finder, keys_with, pieces_of
from contacts.privacy.tables import Person
from contacts.privacy.words import words_of
from crm.models import JobRun

NAMES = (
    "Zoë Müller", "MÜLLER, ZOË", "Jo Lin", "Straße 12a", "Ωραία Ελένη", "山田太郎さん", 'Bo "Bear" Berg',
    "back\\slash 77", "mia.berg@mail.example", "+441134960188", "İpek Çelik", "O'Neill Anna",
)  # fmt: skip
AROUND = ("", " ", "é", ", ", "\n", "\u00a0", "“", "=", "a line\twith tabs ")


def lines_with(texts: list[str]) -> list[bytes]:
    """As COPY writes them."""
    escaped = (text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t") for text in texts)
    return [f"{key}\t{text}\n".encode() for key, text in enumerate(escaped)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_line_with_a_word_in_any_case_is_found_wherever_it_stands(seed):
    lot = random.Random(seed)
    words = [name for name in NAMES if pieces_of(name)]
    assert len(words) >= len(NAMES) - 1
    texts, expected = [], []
    for key in range(2_000):
        name = lot.choice(words)
        spelt = lot.choice([name, name.lower(), name.upper()])
        text = "x" * lot.randrange(9) + lot.choice(AROUND) + spelt + lot.choice(AROUND)
        if lot.random() < 0.5:
            text = text[: len(text) // 2]
        else:
            expected.append(key)
        texts.append(text)
    found = Finder(words).keys(lines_with(texts))
    assert set(expected) <= set(found)
    assert found == sorted(found)


def test_a_line_with_a_piece_and_not_the_word_is_not_found():
    finder = Finder(["mia.berg@mail.example", "Anna Meier"])
    lines = lines_with(["mia.b@mail.example", "Anna and Mr Meyer", "berg@mail.example", "MEIER,  ANNA", "anna meier"])
    assert finder.keys(lines) == [3, 4]


def test_nothing_to_read_finds_nothing_and_long_rows_are_read_in_parts(monkeypatch):
    finder = Finder(["Anna Meier"])
    assert finder.keys([]) == []
    monkeypatch.setattr("contacts.privacy.finding.AT_ONCE", 10)
    assert finder.keys(lines_with(["nobody", "Anna Meier " * 1_000, "x", "of Anna Meier"])) == [1, 3]


def test_a_word_without_four_bytes_in_one_part_is_left_to_patterns():
    assert pieces_of("Jo Lin") == set()
    with pytest.raises(ValueError, match="four bytes"):
        Finder(["Jo Lin"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Işık Yılmaz", "IŞIK YILMAZ"), ("Kılıç Ömer", "KILIÇ ÖMER"), ("Aydın Çelik", "AYDIN ÇELİK"),  # noqa: RUF001
        ("İpek Çelik", "ipek çelik"), ("İpek Çelik", "İpek Çelik".lower()), ("Jürgen Groß", "JÜRGEN GROSS"),
        ("Jürgen Groß", "JÜRGEN GROẞ"), ("ΑΣ ΚΩΝΣΤΑΝΤΗΣ", "ας κωνσταντης"),
    ],
)  # fmt: skip
def test_letters_whose_cases_are_no_pair_are_found_and_starred(name, text):
    found, _ = words_of([Person((1,), names=(name,))])
    assert found is not None and found.starred(f"of {text}, said others") == "of ***, said others"
    assert Finder(found.streamed).keys(lines_with(["others", f"of {text}"])) == [1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_row_and_its_json_name_the_person_and_are_found_by_the_words_of_a_sweep(name):
    (words, own) = words_of([Person((1,), names=(name,))])
    found = words or own
    row = JobRun.objects.create(kind="past", title=name.upper()[:100], parameters={"text": f"of {name}\nand others"})
    other = JobRun.objects.create(kind="past", title="Others", parameters={"text": "of others"})
    names = {"table": sql.Identifier("crm_jobrun"), "key": sql.Identifier("id")}
    for column in ("title", "parameters"):
        texts = sql.SQL("{}::text").format(sql.Identifier(column))
        if found.streamed:
            assert keys_with(found.streamed, texts=texts, which=sql.SQL("true"), **names) == [row.pk]
    assert other.pk != row.pk
    assert "***" in found.starred(f"of {name}, said others")
    assert name not in found.starred(f"of {name}, said others")
