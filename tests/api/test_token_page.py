"""The page of tokens: made, shown once, revoked; an administrator sees and ends everybody's."""

from crm.choices import Role
from crm.models import ApiToken
from tests import factories as make
from tests.api.calls import Caller

WANTED = {"name": "Web shop", "lasts": "90", "scopes": ["contacts:read", "orders:write"]}


def test_token_is_made_shown_once_and_works(rep):
    browser = make.signed_in(rep)
    made = browser.post("/profile/tokens/", WANTED)
    assert made.status_code == 200
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert secret not in browser.get("/profile/tokens/").content.decode()
    me = Caller(secret).get("/me").json()
    assert me["token"]["scopes"] == ["contacts:read", "orders:write"]
    (token,) = ApiToken.objects.exclude(expires_at=None)
    assert token.expires_at is not None
    assert 88 < (token.expires_at - token.created_at).days < 91


def test_wrong_forms_are_refused_in_words_and_keep_what_was_typed(rep):
    browser = make.signed_in(rep)
    for data in ({**WANTED, "scopes": []}, {**WANTED, "scopes": ["admin:write"]}, {**WANTED, "lasts": "9999"}):
        answer = browser.post("/profile/tokens/", data)
        assert answer.status_code == 422
        assert "Web shop" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_own_token_is_revoked_and_a_foreign_one_is_not_known(rep):
    secret = make.make_token(rep)
    token = ApiToken.objects.get()
    other = make.signed_in(make.make_user(Role.MANAGER))
    assert other.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    assert token.name not in other.get("/profile/tokens/").content.decode()
    assert Caller(secret).get("/me").status_code == 200
    assert make.signed_in(rep).post(f"/profile/tokens/{token.pk}/revoke/").status_code == 302
    assert Caller(secret).get("/me").status_code == 401


def test_administrator_sees_and_revokes_every_token(rep):
    secret = make.make_token(rep)
    token = ApiToken.objects.get()
    admin = make.signed_in(make.make_user(Role.ADMIN))
    assert rep.name in admin.get("/profile/tokens/").content.decode()
    admin.post(f"/profile/tokens/{token.pk}/revoke/")
    assert Caller(secret).get("/me").status_code == 401
