"""The actions of articles with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import Purpose
from service import actions as tickets
from service.knowledge.actions import files, states, using, writing
from service.models import Article, Ticket
from service.portal import actions as portal
from service.portal.links import link_for, person_behind
from service.portal.people import Person
from tests.factories import make_article, make_contact, make_ticket

ARTICLE_MODULES = (writing, states, files, using, portal)
# parts of others, reads, and what has one statement to write
ARTICLE_NOT_ALONE = {"keep_version", "plain_name", "words_of", "request_link", "answer_requests"}


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.txt", b"A plan of the wall.", "text/plain")


def in_review() -> Article:
    return states.ask_review(actor=None, article=make_article())


def published() -> Article:
    return states.publish_article(actor=None, article=make_article())


def answered() -> Ticket:
    ticket = make_ticket()
    tickets.reply(actor=None, ticket=ticket, text="Two hooks hold it.", then="solved")
    return ticket


def _of(make: Callable[[], Any], act: Callable[..., Any], name: str = "article", **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        record = make()
        return lambda: act(actor=actor, **{name: record}, **given)

    return prepared


def _restore(actor: Any) -> Callable[[], Any]:
    article = make_article()
    writing.change_article(actor=None, article=article, version=1, fields={"body": "With three hooks."})
    return lambda: writing.restore_version(actor=actor, article=article, number=1)


def _remove(actor: Any) -> Callable[[], Any]:
    file = files.add_file(actor=None, article=make_article(), upload=_file())
    return lambda: files.remove_file(actor=actor, file=file)


def _add(actor: Any) -> Callable[[], Any]:
    article = make_article()
    return lambda: files.add_file(actor=actor, article=article, upload=_file())


def holder() -> Person:
    """Who holds a link that shows all, known to us."""
    make_contact(name="Mia Keller", emails=("mia@example.com",))
    found = person_behind(link_for("mia@example.com", shows_all=True).rstrip("/").rpartition("/")[2])
    assert found is not None
    return found


def _use(actor: Any) -> Callable[[], Any]:
    ticket, article = make_ticket(), published()
    return lambda: using.use_article(actor=actor, ticket=ticket, article=article, kind="text")


def _in_request(act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        ticket, person = make_ticket(), holder()
        return lambda: act(person=person, ticket=ticket, **given)

    return prepared


def _as_holder(act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        person = holder()
        values = {name: value() if callable(value) else value for name, value in given.items()}
        return lambda: act(person=person, **values)

    return prepared


def _purpose() -> Purpose:
    return Purpose.objects.create(key="news", label="News")


ARTICLE_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "write_article": lambda actor: lambda: writing.write_article(actor=actor, fields={"title": "A", "body": "B"}),
    "change_article": _of(make_article, writing.change_article, version=1, fields={"body": "With three hooks."}),
    "restore_version": _restore,
    "propose_article": _of(answered, writing.propose_article, "ticket"),
    "ask_review": _of(make_article, states.ask_review),
    "return_article": _of(in_review, states.return_article, words="Which wall?"),
    "publish_article": _of(make_article, states.publish_article),
    "confirm_article": _of(published, states.confirm_article),
    "withdraw_article": _of(published, states.withdraw_article),
    "add_file": _add,
    "remove_file": _remove,
    "use_article": _use,
    "write_to_request": _in_request(portal.write_to_request, text="And the frame?"),
    "close_request": _in_request(portal.close_request),
    "open_request": _as_holder(portal.open_request, subject="Glass", text="Which one?"),
    "say_permission": _as_holder(portal.say_permission, purpose=_purpose, is_yes=True),
    "void_links": _as_holder(portal.void_links),
}
