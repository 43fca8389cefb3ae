"""Days that nobody means, typed into the filter of a list: a sentence, and no error page."""

import pytest

from crm.choices import Role
from tests.factories import make_company, make_lead, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "asked", ["created_at_max=9999-12-31", "created_at_min=0001-01-01", "created_at_min=0202-05-01"]
)
def test_a_day_out_of_all_time_is_refused_with_a_sentence(asked):
    make_company()
    make_lead(name="Ada Berg")
    page = signed_in(make_user(Role.MANAGER)).get(f"/leads/?{asked}")
    assert page.status_code == 400
    assert "A day from 1900-01-01 to 9998-12-31." in page.content.decode()
