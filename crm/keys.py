"""The keys of the product, in one table: the help on `?` shows it, and `static/js/keys.js` acts on what it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """`press` is what is pressed; `does` names what the script does with it (empty: somebody else listens)."""

    press: str
    words: str
    does: str = ""


KEYS: dict[str, tuple[Key, ...]] = {
    "Anywhere": (
        Key("Ctrl K", "search everything"),
        Key("/", "search this list, or everything", "search"),
        Key("n", "make a new record; n and a letter: one of another kind", "new"),
        Key("Ctrl Enter", "save the form"),
        Key("e", "edit what is open or marked", "edit"),
        Key("?", "show these keys", "help"),
        Key("F1", "help for this page", "press"),
        Key("Esc", "close what is open"),
    ),
    "In a list": (
        Key("j", "next row", "next"),
        Key("k", "row before", "previous"),
        Key("Enter", "open the row"),
        Key("← →", "move among the cells of a row"),
        Key("e", "edit the cell: Enter saves, Tab goes on to the next, Esc leaves"),
        Key("E", "edit the whole record", "form"),
        Key("x", "tick the row", "tick"),
        Key("X", "tick up to the row", "range"),
        Key("A", "select all that match", "all"),
        Key("a", "assign the chosen rows", "assign"),
        Key("t", "tag the chosen rows", "tag"),
        Key("f", "filter the list", "filter"),
    ),
    "On a customer's page": (
        Key("c", "log a call", "press"),
        Key("w", "write a note", "press"),
        Key("m", "write a mail", "press"),
        Key("b", "book a meeting", "press"),
        Key("t", "add a task", "press"),
        Key("Ctrl Enter", "save what you write"),
    ),
    "On a ticket's page": (
        Key("r", "reply", "press"),
        Key("/", "reply with a macro; in a reply: /name and Enter"),
        Key("w", "write a note", "press"),
        Key("c", "write down what they said", "press"),
        Key("t", "take it", "press"),
        Key("d", "solve it", "done"),
        Key("[", "ticket before", "press"),
        Key("]", "next ticket", "press"),
        Key("Ctrl Shift Enter", "send the reply and solve it"),
        Key("1 … 5", "put an article into the reply; Alt 1 … Alt 5 while you write"),
    ),
    "On a pair of duplicates": (
        Key("d", "not the same", "done"),
        Key("[", "surer pair", "press"),
        Key("]", "next pair", "press"),
    ),
    "Tasks and calendar": (
        Key("d", "done", "done"),
        Key("s", "put off till tomorrow", "snooze"),
        Key("[", "week before", "press"),
        Key("]", "next week", "press"),
        Key(".", "today", "press"),
    ),
}
