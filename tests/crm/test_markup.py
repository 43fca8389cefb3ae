"""Markup that is put together in Python escapes what is not safe, as Django's own does."""

import pytest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from crm.markup import address_shown, filled, joined

VALUES = ["<b>", "\"'&", SafeString("<i>safe</i>"), gettext_lazy("<Close>"), 7, None, "", "{0}"]


@pytest.mark.parametrize("value", VALUES)
def test_each_value_is_escaped_as_django_does(value):
    assert filled("<p>{}</p>", value) == format_html("<p>{}</p>", value)
    assert joined([value, "<"]) == conditional_escape(value) + "&lt;"
    assert isinstance(joined([]), SafeString)


def test_an_address_breaks_before_its_sign_and_nowhere_else():
    assert address_shown("a<b@example.org") == "a&lt;b<wbr>@example.org"
