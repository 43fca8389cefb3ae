"""The addresses that people sign in with."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from crm.mail.addresses import checked_address, normal_address
from crm.models import User


def sign_in_address(text: str, *, of: User | None = None) -> str:
    """The address in the form in which it is stored and compared; nobody but `of` may have it already.

    Letters that only look like those of ASCII are refused: two people must not be mistaken for each other.
    Raises ValidationError with a sentence.
    """
    address = checked_address(text, "The e-mail address")
    if not address.rpartition("@")[0].isascii():
        raise ValidationError("Before the @, an address to sign in with has only plain letters, digits and signs.")
    address = normal_address(address)
    others = User.objects.filter(email__iexact=address)
    if (others.exclude(pk=of.pk) if of else others).exists():
        raise ValidationError("A person with this e-mail address is already here.")
    return address
