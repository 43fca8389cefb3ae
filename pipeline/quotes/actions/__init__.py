"""Writes of quotes, by what people do with them."""

from pipeline.quotes.actions.answering import Answer, accept_quote, decline_quote, expire_quotes
from pipeline.quotes.actions.approving import approve_quote, ask_approval, refuse_approval, take_request_back
from pipeline.quotes.actions.making import LineInput, change_quote, count_for_deal, create_quote, revise_quote
from pipeline.quotes.actions.sending import send_quote, withdraw_quote

__all__ = [
    "Answer",
    "LineInput",
    "accept_quote",
    "approve_quote",
    "ask_approval",
    "change_quote",
    "count_for_deal",
    "create_quote",
    "decline_quote",
    "expire_quotes",
    "refuse_approval",
    "revise_quote",
    "send_quote",
    "take_request_back",
    "withdraw_quote",
]
