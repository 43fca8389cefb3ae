"""What a mail of a campaign says: merge fields, blocks, and what is refused."""

import html
import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from campaigns.mail.blocks import checked_blocks
from campaigns.mail.merging import Unknown, check_text, fill
from tests.campaigns.sample import draw


def test_fields_are_filled_in_once_and_as_text():
    values = {"first_name": "<b>{{last_name}}</b>", "company": "A & B"}
    text = "Dear {{first_name|you}}, {{ company }} {{city|here & now}}"
    assert fill(text, values) == "Dear <b>{{last_name}}</b>, A & B here & now"
    with pytest.raises(Unknown, match="last name is not known"):
        fill("{{last_name}}", values)
    mail = draw(
        checked_blocks([{"kind": "text", "text": f"{text} 1 < 2"}]), subject="Hi {{first_name|}}",
        values={**values, "first_name": "A\r\nBcc: x@y.example"},
    )  # fmt: skip
    assert "\n" not in mail.subject
    assert "A &amp; B here &amp; now 1 &lt; 2" in mail.html
    named = draw(
        checked_blocks([{"kind": "text", "text": "Dear {{first_name}}"}]), subject="Hi",
        values={"first_name": "<i> https://evil.example {{city}}"},
    )  # fmt: skip
    assert "&lt;i&gt; https://evil.example {{city}}" in named.html
    assert "<a " not in named.html


def shown(*blocks, **values):
    """A mail of these blocks, for a person of whom this is known; its links begin with `to:`."""
    return draw(checked_blocks(list(blocks)), values=values, links=lambda url: f"to:{url}")


def test_what_is_said_instead_of_a_name_may_hold_a_link():
    text = {"kind": "text", "text": "Dear {{first_name|you (https://a.example/?x=1&y=2)}}, hello"}
    unknown, known = shown(text), shown(text, first_name="Mia")
    assert unknown.text.startswith("Dear you (to:https://a.example/?x=1&y=2), hello\n")
    assert 'Dear you (<a href="to:https://a.example/?x=1&amp;y=2"' in unknown.html
    assert ">https://a.example/?x=1&amp;y=2</a>), hello</td>" in unknown.html
    assert known.text.startswith("Dear Mia, hello\n")
    assert "to:" not in known.html + known.text


@pytest.mark.parametrize("after", [">", "&", "'", '"', ").", "&gt;"])
def test_signs_behind_an_address_are_no_part_of_its_link(after):
    mail = shown({"kind": "text", "text": f"<https://a.example/x{after} end"})
    url = "https://a.example/x" + {"&": "&", "'": "'", "&gt;": "&gt"}.get(after, "")
    seen = [html.unescape(one) for one in re.search(r'<a href="to:(.*?)" .*?>(.*?)</a>', mail.html).groups()]
    assert seen == [url, url]
    assert f"to:{url}" in mail.text
    assert html.unescape(re.sub("<.*?>", "", mail.html)).endswith(f"<https://a.example/x{after} end")


def test_many_headings_with_fields_of_their_own_are_drawn_at_once():
    """A rule as long as its heading asks for that heading alone: by all that stand above, 40 would take 2^40 steps."""
    mail = shown(*({"kind": "heading", "text": f"{{{{first_name|{'a' * n}}}}}"} for n in range(1, 41)))
    assert mail.text.split("\n\n")[:40] == [f"{'a' * n}\n{'=' * n}" for n in range(1, 41)]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_and_no_name_breaks_a_mail(text, name):
    try:
        check_text(text)
        blocks = checked_blocks([{"kind": "text", "text": text or "a"}])
    except ValidationError:
        return
    try:
        mail = draw(blocks, values={"first_name": name})
    except Unknown:
        return
    assert mail.html.count("<script") == 0
    assert not re.search(r"<(?!/?(table|tr|td|a|br|hr|html|head|meta|title|body|div|strong|!doctype)\b)", mail.html)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"kind": "text", "text": "{{password}}"}, "is no field"),
        ({"kind": "text", "text": "{% load x %}"}, "Braces stand alone"),
        ({"kind": "button", "text": "Go", "url": "javascript:alert(1)"}, "whole web address"),
        ({"kind": "button", "text": "Go", "url": "https://a@b.example/"}, "whole web address"),
        ({"kind": "button", "text": "Go", "url": "https://x.example/{{name}}"}, "whole web address"),
        ({"kind": "html", "text": "<b>"}, "no kind"),
        ({"kind": "heading", "text": ""}, "Write what it says"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_a_sentence(block, said):
    with pytest.raises(ValidationError, match=said):
        checked_blocks([block])


def test_a_button_is_as_large_where_the_padding_of_a_link_is_left_out():
    button = {"kind": "button", "text": "See them", "url": "https://example.com/frames"}
    mail = draw(checked_blocks([button]), subject="Hi", values={})
    cell = re.search(r"mso-padding-alt:(?P<outlook>[\w ]+)[^>]*><a [^>]*;padding:(?P<others>[\w ]+)", mail.html)
    assert cell["outlook"] == cell["others"]
