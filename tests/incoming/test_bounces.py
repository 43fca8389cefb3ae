"""Bounces and complaints of many mail servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm.incoming.bounces import Report, read_bounce, read_complaint
from crm.incoming.nature import nature_of
from crm.incoming.reading import read_mail

MAILS = Path(__file__).parents[1] / "data" / "messy_bounces"
EXPECTED = json.loads((MAILS / "expected_bounces.json").read_text())
# what the other reader took for an address there is a piece of JSON; the address in it is the simulator's
NOTICE = "lhost-amazonses-10.eml"


def report_of(name: str) -> Report | None:
    read = read_mail((MAILS / name).read_bytes())
    return None if read_complaint(read) else read_bounce(read)


def addresses_of(name: str) -> set[str]:
    expected = EXPECTED[name]
    return {address.strip("<>").lower() for address in expected["addresses"] + expected["final_recipients"]}


def test_every_address_that_others_find_is_found():
    told = {name: addresses_of(name) for name in EXPECTED if addresses_of(name) and name != NOTICE}
    found = {name: report_of(name) for name in told}
    assert {name for name, report in found.items() if report is None or report.address not in told[name]} == set()
    assert len(told) == 79
    assert report_of(NOTICE).address == "bounce@simulator.amazonses.com"


def test_addresses_are_found_in_prose_where_others_find_none():
    more = [name for name in EXPECTED if not addresses_of(name) and (report := report_of(name)) and report.address]
    assert len(more) >= 15


def test_what_is_no_bounce_has_no_address():
    assert [report_of(name) for name in EXPECTED if name.startswith("not_a_bounce/")] == [None, None, None]
    assert report_of("rfc3834-05.eml") is None


def test_complaints_are_told_from_bounces():
    reports = {name: read_complaint(read_mail((MAILS / name).read_bytes())) for name in EXPECTED}
    assert {name for name, report in reports.items() if report} == {"arf-01.eml", "arf-16.eml", "arf-22.eml"}
    assert reports["arf-22.eml"].address == "kijitora@example.com"


@pytest.mark.parametrize(
    ("name", "is_hard", "is_gone", "is_delay"),
    [
        ("lhost-postfix-01.eml", True, True, False),
        ("lhost-qmail-01.eml", True, True, False),
        ("lhost-amazonworkmail-08.eml", False, False, False),  # 5.2.2, the mailbox is full
        ("lhost-dragonfly-18.eml", True, False, False),  # 5.7.0, they do not like us
        ("lhost-gmail-08.eml", False, False, True),
        ("lhost-exim-41.eml", False, False, True),
        ("rfc3464-53.eml", False, False, False),
    ],
)
def test_only_an_address_that_does_not_exist_is_gone(name, is_hard, is_gone, is_delay):
    report = report_of(name)
    assert (report.is_hard, report.is_gone) == (is_hard, is_gone)
    assert report.is_delay == is_delay or report.reason.startswith("4")


@pytest.mark.parametrize(
    ("header", "value", "nature"),
    [
        ("Auto-Submitted", "auto-replied", "auto_reply"),
        ("Auto-Submitted", "no", "person"),
        ("Subject", "Automatic reply: your mail", "auto_reply"),
        ("Subject", "Abwesenheitsnotiz: Ihr Angebot", "auto_reply"),
        ("X-Autoreply", "yes", "auto_reply"),
        ("Precedence", "bulk", "bulk"),
        ("List-Id", "<news.example.com>", "bulk"),
        ("Subject", "Are you out of the office tomorrow?", "person"),
    ],
)
def test_machines_are_told_from_people(header, value, nature):
    raw = f"From: mia@example.com\r\n{header}: {value}\r\n\r\nHello".encode()
    assert nature_of(read_mail(raw)) == nature
