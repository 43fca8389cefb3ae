"""S28: what a restored backup does not know (an erasure, a no) is made good, and nobody else is erased by it."""

from io import StringIO

import pytest
from django.core.management import call_command

from contacts.choices import Answer, ConsentLevel
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.models import Contact
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write
from contacts.privacy.ledger import mark_of, write_down
from contacts.privacy.repeating import repeat
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
MAIL, PHONE = "mia@birds.example", "+442079460011"


def line_of(contact: Contact) -> str:
    return f'{{"row": {contact.pk}, "mark": "{mark_of(contact)}"}}'


@pytest.mark.parametrize("which", ["gone", "kept"])
def test_who_is_merged_with_the_erased_one_in_the_backup_only_is_not_erased(which):
    make.make_company()
    admin = make.make_user("admin")
    kept, gone = make.make_contact(name="Bruno Bird"), make.make_contact(name="Anna Keller")
    erased = {"kept": kept, "gone": gone}[which]
    other = gone if erased == kept else kept
    merge = merge_contacts(actor=admin, kept=kept, gone=gone)
    told = repeat([line_of(erased)])
    assert [f"Contact {erased.pk} was not erased again" in one for one in told] == [True]
    assert f"merged with {other.pk}" in told[0]
    assert not Contact.objects.exclude(erased_at=None).exists()
    dry = StringIO()
    call_command("erase", again=True, dry_run=True, stderr=dry, stdout=StringIO())
    assert "Undo the merge" in dry.getvalue()

    undo_merge(actor=admin, merge=merge)
    out = StringIO()
    call_command("erase", again=True, stdout=out)
    assert "Erased again" in out.getvalue()
    assert list(Contact.objects.exclude(erased_at=None)) == [erased]


def test_two_that_were_erased_as_one_are_erased_again_as_one():
    make.make_company()
    kept, gone = make.make_contact(name="Anna Keller"), make.make_contact(name="A. Keller")
    merge_contacts(actor=make.make_user("admin"), kept=kept, gone=gone)
    assert "Erased again" in repeat([line_of(kept), line_of(gone)])[0]
    assert not Contact.objects.filter(erased_at=None).exists()


def test_what_they_refused_after_the_backup_stays_refused():
    make.make_company()
    mia = make.make_contact(name="Mia Keller", emails=(MAIL,), phones=(PHONE,))
    make.make_lead(name="Mia Keller", email="m.keller@else.example", contact=mia)
    record_consent(actor=None, contact=mia, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN)
    write_down([mia])
    repeat([line_of(mia)])
    mia.refresh_from_db()
    assert mia.erased_at is not None
    again = make.make_contact(name="M. Keller", emails=(MAIL,), phones=(PHONE,))
    other = make.make_contact(name="Mia K.", emails=("m.keller@else.example",))
    assert may_write(again).answer == Answer.WITHDRAWN
    assert may_write(again, channel="phone").answer == Answer.WITHDRAWN
    assert may_write(again, channel="wireless").answer == Answer.WITHDRAWN
    assert may_write(other).answer == Answer.WITHDRAWN
