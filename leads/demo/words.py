"""What the demo's leads say, where they come from, and who gets them."""

from typing import Any

from contacts.choices import ListKind

# source, kind of list, list, campaign, share of the leads, log-odds to become a customer
SOURCES: tuple[tuple[str, str, str, str, float, float], ...] = (
    ("Web form", ListKind.RESPONSE, "", "Sample box", 0.34, -1.6),
    ("Search advertisement", ListKind.RESPONSE, "", "Museum glass", 0.18, -2.1),
    ("Trade fair", ListKind.RESPONSE, "Spring fair, Frankfurt", "Spring fair", 0.16, -1.3),
    ("Referral", ListKind.RESPONSE, "", "", 0.09, -0.5),
    ("Phone", ListKind.RESPONSE, "", "", 0.09, -1.0),
    ("Bought list", ListKind.COMPILED, "Galleries and museums 2026", "Galleries", 0.14, -3.6),
)
RULES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Hotels and offices", "Key accounts", {"tree": {"version": 1, "where": {
        "field": "custom_occasion", "op": "any", "value": ["Hotel", "Office"]}}, "segment": "Hotels and offices",
        "respond_minutes": 120, "reassigns": True}),
    ("German-speaking countries", "North", {
        "countries": ["DE", "AT", "CH"], "respond_minutes": 240, "reassigns": True}),
    ("Everybody else", "South", {"way": "least busy", "respond_minutes": 240}),
)  # fmt: skip
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"kind": "need", "text": "What is to be framed, and how many?", "is_needed": True},
    {"kind": "timing", "text": "Is there a day by which it has to be there?"},
    {"kind": "authority", "text": "Do we speak with whoever decides?", "markets": ["business", "government"]},
    {"kind": "budget", "text": "Is there a sum for it, and does our list fit?", "is_needed": True},
    {"kind": "budget", "text": "Is it to be put out to tender?", "markets": ["government"]},
)
SCORING: tuple[dict[str, Any], ...] = (
    {"name": "Asked by themselves", "kind": "fit", "points": 20, "segment": "Response lists", "tree": {
        "version": 1, "where": {"field": "list_kind", "op": "any", "value": ["response"]}}},
    {"name": "A shop, a hotel, an office", "kind": "fit", "points": 25, "segment": "Organizations", "tree": {
        "version": 1, "where": {"field": "organization", "op": "not_empty"}}},
    {"name": "Recommended", "kind": "fit", "points": 25, "segment": "Referrals", "tree": {
        "version": 1, "where": {"field": "source", "op": "is", "value": "Referral"}}},
    {"name": "Spoke with us", "kind": "engagement", "points": 15, "channel": "phone", "direction": "out",
     "half_life_days": 21},
    {"name": "Wrote or came to us", "kind": "engagement", "points": 20, "direction": "in", "half_life_days": 14},
)  # fmt: skip
MESSAGES = (
    "We reopen the gallery in May and need about sixty frames in oak, most of them 50 by 70.",
    "Do you deliver to the site? The hotel has 84 rooms and two pictures in each.",
    "Which of your mouldings take museum glass without an insert?",
    "Please send the price list for resellers. We have two shops and frame about 900 pictures a year.",
    "I would like to see the narrow black profile before I decide.",
    "We are looking for a supplier for passe-partouts cut to size, weekly, in small numbers.",
    "For our new office: thirty photographs, aluminium, all alike. When could they be here?",
    "A colleague at the museum told me about you. Could somebody call me on Thursday?",
    "My father's watercolours, eleven of them, each another size. Is that worth your while?",
)
TOUCHES = (
    ("phone", "Asked for how many pictures and when", "answered"),
    ("phone", "Nobody there, left my number", "left a message"),
    ("email", "Sent the catalogue and the price list", ""),
    ("phone", "Went through the sizes, sends a list", "answered"),
    ("email", "Answered the questions about glass", ""),
    ("meeting", "Showed the samples in their shop", ""),
    ("phone", "Decides with the owner next week", "call back"),
)
