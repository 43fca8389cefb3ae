"""Data of persons in the tables of contacts and of the ground floor."""

from __future__ import annotations

from django.db.models import Q

from contacts.models import ContactMerge
from contacts.privacy.retention.own import AGES, KEEPING
from contacts.privacy.tables import ERASED, Person, PersonalData, PersonalTable, Swept
from crm.models import OutgoingMail

CONTACT = "contacts.contact"
HANGING = ("contact_id",)


def on_records(person: Person) -> Q:
    """What hangs on a record of theirs that is no contact (a lead)."""
    return person.on("record_model", "record_id")


def mails_about(person: Person) -> Q:
    return person.on("object_model", "object_id")


def mails_from(person: Person) -> Q:
    return on_records(person) | mails_about(person)


def told_of(person: Person) -> Q:
    """What the bell says about the contact: it leads to their page."""
    whose = Q(pk__in=())
    for key in person.ids:
        whose |= Q(url__startswith=f"/contacts/{key}/")
    return whose


def in_merges(person: Person) -> Q:
    merges = ContactMerge.objects.filter(Q(kept__in=person.ids) | Q(gone__in=person.ids))
    return Q(merge__in=merges.order_by().values("pk"))


def in_mails(person: Person) -> Q:
    whose = Q(contact_id__in=person.ids) | Q(recipient__in=person.addresses) | mails_about(person)
    mails = OutgoingMail.objects.filter(whose)
    return Q(mail__in=mails.order_by().values("pk"))


def shares_of(person: Person) -> Q:
    return Q(model=CONTACT, object_id__in=person.ids)


def logged(person: Person) -> Q:
    return Q(contact_id__in=person.ids) | Q(model=CONTACT, object_id__in=person.ids) | person.on("model", "object_id")


PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable(
            CONTACT,
            ("pk",),
            words={"name": "Erased person", "sort_name": "erased person"},
            empties=("birthday", "organization", "parent", "employees", "revenue", "potential", "import_row"),
            title="Facts",
            unseen=("is_placed_by_hand", "import_row", "main_country"),
        ),
        PersonalTable("contacts.contactpoint", ("contact",), gone=True, title="E-mail addresses, phones, handles"),
        PersonalTable("contacts.address", ("contact",), gone=True),
        PersonalTable("contacts.relationship", ("contact", "other"), gone=True),
        PersonalTable("contacts.listedcontact", ("contact",), title="Lists they came with"),
        PersonalTable("contacts.consent", ("contact",), keeps=("purpose",), title="Consents and withdrawals"),
        PersonalTable("contacts.interaction", ("contact",), keeps=("about_model",)),
        PersonalTable("contacts.mergedrows", further=in_merges, gone=True, unseen=("ids",), title="Parts of merges"),
        PersonalTable("contacts.contactmerge", ("kept", "gone"), gone=True, unseen=("marks",)),
        PersonalTable(
            "contacts.contactlook", HANGING, gone=True, unseen=("token_id",), title="Who looked at their page"
        ),
        PersonalTable("contacts.hold", ("contact",), words={"reason": ERASED}, title="Holds on their data"),
        PersonalTable(
            "contacts.privacyrequest", ("contact",), keeps=("counts", "files_left", "sealed", "late"),
            unseen=("files_left", "sealed", "late"), title="Requests about their data",
        ),
        PersonalTable("crm.note", HANGING, further=on_records, keeps=("record_model",)),
        PersonalTable(
            "crm.task", HANGING, further=on_records, keeps=("record_model", "zone", "rule"), words={"title": ERASED},
            unseen=("uid",),
        ),
        PersonalTable(
            "crm.attachment", HANGING, further=on_records, keeps=("record_model",), gone=True, title="Files"
        ),
        PersonalTable("crm.mention", HANGING, further=on_records, keeps=("record_model", "source_model")),
        PersonalTable("crm.maildraft", HANGING, further=on_records, addresses=("to",), gone=True),
        PersonalTable(
            "crm.outgoingmail",
            HANGING,
            addresses=("recipient",),
            further=mails_about,
            keeps=("key", "object_model", "sender", "reply_to", "message_id", "claimed_by"),
            words={"recipient": "erased@invalid"},
            title="Mails to them",
            unseen=("headers", "claimed_by", "claimed_slot", "html", "priority", "key", "guid"),
        ),
        PersonalTable("crm.mailattachment", further=in_mails, gone=True, title="Files of mails to them"),
        PersonalTable(
            "crm.incomingmail",
            HANGING,
            addresses=("from_address", "bounced_address"),
            further=mails_from,
            # so that the same mail, fetched again, is known as the same
            keeps=("sha256", "fingerprint", "record_model", "object_model", "thread"),
            title="Mails from them",
            unseen=("references", "thread", "message_id"),
        ),
        PersonalTable(
            "crm.incomingcontent", ("mail__contact_id",), addresses=("mail__from_address",), gone=True,
            title="Mails from them, as they came",
        ),
        PersonalTable("crm.notice", further=told_of, gone=True, title="What colleagues were told of them"),
        PersonalTable("crm.share", further=shares_of, gone=True, title="Colleagues whom the contact is shared with"),
        PersonalTable("crm.logentry", further=logged, keeps=("verb", "model", "request_id"), title="Log"),
        PersonalTable(
            "crm.suppressedaddress", addresses=("address",), gone=True, title="Addresses that nothing is sent to"
        ),
    ),
    without={
        "Words of the house itself: what it offers, how it works, how its pages are set up.": (
            "contacts.acquiredlist", "contacts.marketcategory", "contacts.purpose", "contacts.responsibility",
            "contacts.retentionrule", "contacts.retentionrun", "contacts.erasedperson",
            "contacts.territoryrule", "crm.accessrule", "crm.company", "crm.customfield", "crm.exchangerate",
            "crm.fieldrule", "crm.layout", "crm.mailbox", "crm.mailchannel", "crm.team", "crm.territory",
            "crm.mailslot", "crm.maillimit", "crm.mailcount",
            "crm.heartbeat", "crm.jobwindow", "crm.apiuse", "crm.refusalkey", "crm.dashboard",
            "crm.dashboardsubscription", "crm.demoload",
        ),
        "Colleagues, not customers: their accounts, sign-ins, keys and links.": (
            "crm.user", "crm.session", "crm.apitoken", "crm.calendarfeed", "crm.formsubmission", "crm.passwordrequest",
        ),
        "About many at once: names and addresses in it are swept out, files are removed whole.": (
            "crm.jobrun", "crm.importrun", "crm.exportrun", "crm.importmapping",
            "crm.storedfile", "crm.savedview", "crm.keptfilter", "crm.keptanswer", "crm.dashboarddelivery",
            "crm.savedreport",
        ),
        "Numbers of contacts and no word: a part of the log, which says who took them out.": ("crm.exportedcontacts",),
        "The record of what rows were: cleaned along with each table, and swept.": ("crm.rowchange",),
    },
    swept=(
        Swept("crm_logentry", ("summary",)),
        # an organization may be called by the person: its name stays
        Swept("contacts_contact", ("industry", "website", "tags", "source", "custom")),
        Swept("crm_jobrun", ("title", "parameters", "progress_message", "result", "error")),
        Swept("crm_importrun", ("options", "result")),
        Swept("crm_exportrun", ("query", "name")),
        Swept("crm_notice", ("title", "text")),
        Swept("crm_note", ("text",)),
        Swept("crm_task", ("title", "text", "place")),
        Swept("crm_savedview", ("filter", "words")),
        Swept("crm_savedreport", ("name", "sentence", "definition")),
        Swept("crm_keptfilter", ("text",)),
        Swept("crm_keptanswer", ("body",)),
        Swept("crm_outgoingmail", ("shown_to", "shown_cc", "subject", "text", "html")),
        Swept("crm_incomingmail", ("subject", "text", "visible_text")),
        Swept("contacts_interaction", ("subject", "body")),
        Swept("django_admin_log", ("object_repr", "change_message")),
    ),
    ages=AGES,
    keeping=KEEPING,
)  # fmt: skip
