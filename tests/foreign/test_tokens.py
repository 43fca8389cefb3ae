"""Tokens: what was put in comes out, anything else is None (OWASP ASVS 11.3)."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import secrets
import string

import pytest
import time_machine
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from crm.foreign.tokens import LONGEST_TOKEN, Purpose, make_token, read_token

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAYLOAD = {"contact": 417_233, "campaign": 12}


@pytest.mark.parametrize("purpose", Purpose)
def test_token_gives_back_what_was_put_in(purpose):
    assert read_token(purpose, make_token(purpose, PAYLOAD, DAY)) == PAYLOAD


@pytest.mark.parametrize(("made", "read"), list(itertools.permutations(Purpose, 2)))
def test_token_of_one_purpose_is_none_of_another(made, read):
    assert read_token(read, make_token(made, PAYLOAD, DAY)) is None


def test_token_ends():
    with time_machine.travel(NOON, tick=False) as clock:
        token = make_token(Purpose.INVITATION, PAYLOAD, DAY)
        clock.shift(DAY - dt.timedelta(seconds=1))
        assert read_token(Purpose.INVITATION, token) == PAYLOAD
        clock.shift(dt.timedelta(seconds=1))
        assert read_token(Purpose.INVITATION, token) is None


def test_token_without_an_end_is_good_after_twenty_years():
    with time_machine.travel(NOON, tick=False) as clock:
        token = make_token(Purpose.UNSUBSCRIBE, PAYLOAD, None)
        clock.shift(dt.timedelta(days=20 * 365))
        assert read_token(Purpose.UNSUBSCRIBE, token) == PAYLOAD


def test_token_with_any_bit_flipped_is_refused():
    token = make_token(Purpose.SURVEY, PAYLOAD, DAY)
    sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place, bit in itertools.product(range(len(sealed)), range(8)):
        altered = bytearray(sealed)
        altered[place] ^= 1 << bit
        assert read_token(Purpose.SURVEY, base64.urlsafe_b64encode(altered).rstrip(b"=").decode()) is None


def test_token_with_any_letter_changed_added_or_left_out_is_refused():
    token = make_token(Purpose.SURVEY, PAYLOAD, DAY)
    letters = string.ascii_letters + string.digits + "-_=! \n"
    for place in range(len(token)):
        letter = next(letter for letter in secrets.choice(letters) + "ab" if letter != token[place])
        for altered in (token[:place] + letter + token[place + 1 :], token[:place] + token[place + 1 :]):
            assert read_token(Purpose.SURVEY, altered) is None
        assert read_token(Purpose.SURVEY, token[:place] + letter + token[place:]) is None
    for ending in "=!\nAé":
        assert read_token(Purpose.SURVEY, token + ending) is None


@given(st.text())
def test_forged_token_is_refused_quietly(text):
    assert read_token(Purpose.CLICK, text) is None


def test_token_of_the_framework_or_of_another_house_is_refused(settings):
    assert read_token(Purpose.CLICK, signing.dumps(PAYLOAD, salt=Purpose.CLICK)) is None
    ours = make_token(Purpose.CLICK, PAYLOAD, DAY)
    settings.SECRET_KEY = "the secret of another house"
    assert read_token(Purpose.CLICK, ours) is None
    settings.SECRET_KEY_FALLBACKS = []
    assert read_token(Purpose.CLICK, ours) is None


def test_token_made_before_the_secret_changed_is_read_while_the_old_one_is_listed(settings):
    token = make_token(Purpose.CLICK, PAYLOAD, DAY)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert read_token(Purpose.CLICK, token) == PAYLOAD


def test_token_shows_no_number_of_a_record_in_any_reading():
    token = make_token(Purpose.UNSUBSCRIBE, {"contact": 417_233}, None)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert b"417233" not in raw
    assert (417_233).to_bytes(3, "big") not in raw
    assert "417233" not in token


def test_two_tokens_of_the_same_are_not_alike():
    assert make_token(Purpose.UNSUBSCRIBE, PAYLOAD, None) != make_token(Purpose.UNSUBSCRIBE, PAYLOAD, None)


def test_token_fits_into_a_link():
    token = make_token(Purpose.UNSUBSCRIBE, PAYLOAD, DAY)
    assert len(token) < 200
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert read_token(Purpose.UNSUBSCRIBE, token * 50) is None


def test_payload_that_no_link_can_hold_is_refused_where_it_is_made():
    with pytest.raises(ValueError, match="too long for a link"):
        make_token(Purpose.UNSUBSCRIBE, {"text": "x" * LONGEST_TOKEN}, None)
    with pytest.raises(TypeError):
        make_token(Purpose.UNSUBSCRIBE, {"when": NOON}, None)
