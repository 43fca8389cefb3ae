"""What becomes of recipients and members of segments when two contacts become one."""

from contacts.merging.keys import ASIDE, DERIVED, ContactKey, ContactKeys

MOVES = "Nobody may change who went in and out: it is told of each contact as it was."

KEYS = ContactKeys(
    keys=(
        ContactKey("campaigns.recipient", "contact", called=("campaign", "campaigns")),
        ContactKey("campaigns.playentry", "contact", called=("place in a play", "places in plays")),
        ContactKey("campaigns.segmentmember", "contact", twice=ASIDE, called=("segment", "segments")),
        ContactKey("campaigns.segmentmove", "contact", because=MOVES),
        ContactKey(
            "campaigns.retainedcustomer", "contact", twice=ASIDE, called=("retention action", "retention actions")
        ),
        ContactKey("campaigns.mailpace", "contact", called=("word on how often", "words on how often")),
        ContactKey("campaigns.responsescore", "contact", twice=DERIVED, told=False),
        ContactKey("campaigns.upliftscore", "contact", twice=DERIVED, told=False),
    )
)
