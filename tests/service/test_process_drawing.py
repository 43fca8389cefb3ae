"""The drawing of the process map: every step is in it, what goes on is told from what goes back, nothing overlaps."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from crm.choices import Role
from service.models import TicketEvent
from service.process import IMPORTED, ProcessMap, process_map
from service.process_drawing import BOX_WIDTH, MOST_BOXES, MOST_LINES, drawing_of
from tests.factories import make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def log_of(*ways: str) -> None:
    """A ticket for each way; its steps are letters, an hour apart."""
    for number, way in enumerate(ways):
        ticket = make_ticket(external_id=f"L{number}")
        TicketEvent.objects.bulk_create(
            TicketEvent(ticket=ticket, event=step, occurred_at=MONDAY + dt.timedelta(hours=hour), origin="file")
            for hour, step in enumerate(way)
        )


def drawn():
    return drawing_of(process_map(None, log=IMPORTED, zone="UTC"))


def test_steps_stand_in_their_order_and_moves_go_down_ahead_or_back():
    log_of("abcd", "abcd", "abbcd", "acbd")
    found = drawn()
    assert [box.name for box in found.boxes] == ["a", "b", "c", "d"]
    assert [box.ends for box in found.boxes] == ["4 begin here", "", "", "4 end here"]
    assert len({box.y for box in found.boxes}) == 4
    ways = {f"{one.move.before}{one.move.after}": one.way for one in found.lines}
    assert ways == {"ab": "down", "bc": "down", "cd": "down", "ac": "ahead", "bd": "ahead", "cb": "back", "bb": "back"}
    told = {f"{one.move.before}{one.move.after}": (one.times, one.time) for one in found.lines}
    assert (told["ab"], told["bb"]) == (("3×", "1.0\xa0h"), ("1×", "1.0\xa0h"))


def test_words_of_lines_beside_the_boxes_never_cover_one_another():
    log_of("abcdefgh", "acegbdfh", "ahgfedcb", "aabbccdd", "adgbehcf", "hgfedcba")
    found = drawn()
    assert (len(found.boxes), MOST_LINES - 2 <= len(found.lines) <= MOST_LINES) == (8, True)
    begin = found.boxes[0].x
    beside = [one for one in found.lines if one.way != "down"]
    assert len({(one.x, one.y) for one in beside}) == len(beside)
    for one in beside:
        assert not begin <= one.x <= begin + BOX_WIDTH
        assert 0 < one.x < found.width
        assert 0 < one.y < found.height
        others = [other for other in beside if other is not one and other.x == one.x]
        assert all(abs(other.y - one.y) >= 28 for other in others), one


def test_large_log_is_drawn_as_far_as_it_is_read():
    log_of("".join(chr(97 + number) for number in range(26)), "".join(chr(97 + number) for number in range(26)))
    found = drawn()
    assert (len(found.boxes), drawing_of(ProcessMap())) == (MOST_BOXES, type(found)())


def test_page_draws_the_map_and_words_of_strangers_are_only_words():
    log_of("ab", "abab")
    ticket = make_ticket(external_id="odd")
    odd = '</title><script>alert("x")</script>' + "w" * 30
    TicketEvent.objects.create(ticket=ticket, event=odd, occurred_at=MONDAY, origin="file")
    page = signed_in(make_user(Role.AGENT)).get("/tickets/process/?log=imported").content.decode()
    assert "<script>alert" not in page
    drawing = re.search(r"<svg width.*?role=\"img\".*?</svg>", page, re.DOTALL)[0]
    assert (drawing.count('class="way-box"'), drawing.count('class="way-line"')) == (3, 2)
    told = drawing.replace("\xa0", " ")
    assert "a to b: 3 times in 2 tickets, 100 % of those that leave the step; 1.0 h in half of them" in told
