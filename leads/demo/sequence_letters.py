"""The demo's sequences, and what their mails say."""

from typing import Any


def letter(*paragraphs: str) -> str:
    """A mail of these paragraphs, in the name of the lead's owner."""
    return "\n\n".join(["Dear {first_name|reader},", *paragraphs, "{owner|Your team}"])


CORNERS = letter(
    "by now the box with our forty corners should be with you. Hold them beside a picture in daylight: oak and walnut "
    "look quite different then.",
    "Which of them would suit your work? I am glad to cut a piece with your glass.",
)
FIRST_ORDER = letter(
    "most of our customers begin with ten frames of one profile. They leave our workshop within eight working days, "
    "and what does not fit comes back at our cost.",
    "Shall I write down a price for ten of yours?",
)
IN_A_MINUTE = letter(
    "a corner says more than a catalogue: put the limed oak beside a drawing and the black profile beside a "
    "photograph, and you will know in a minute which one your customers ask for.",
    "If none of them fits, write to me what you frame most, and I send other ones.",
)
FAIR = letter(
    "here is what we showed in Frankfurt: the narrow black profile, the limed oak, and the one with the magnetic back. "
    "Samples go out on the same day."
)
WARM = 40
SEQUENCES: tuple[dict[str, Any], ...] = (
    {
        "name": "After the sample box",
        "steps": (
            ("mail", 3, "Your corners, {first_name|good day}", CORNERS),
            ("call", 4, "Ask {name} which corners they liked", "", None, "score", WARM),
            ("mail", 0, "Which corner, in a minute", IN_A_MINUTE, None, "low", WARM),
            ("mail", 7, "How {organization|a small gallery} could order", FIRST_ORDER),
            ("todo", 10, "Decide about {name}: go on, or not yet"),
        ),
    },
    {
        "name": "Met at the spring fair",
        "steps": (
            ("write", 0, "Write to {name} what was promised at the stand"),
            ("mail", 5, "The profiles from our stand", FAIR),
            ("write", 0, "Write to {name} yourself: the mail could not go", "", None, "skipped"),
            ("call", 6, "Call {name}: samples, quantities, when"),
        ),
    },
)
