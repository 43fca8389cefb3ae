"""Segments; campaigns, their variants, who is in them, and what came of it."""

from campaigns.models.campaigns import Campaign, Recipient, Variant, VariantTally
from campaigns.models.offers import CampaignOffer, GivenOffer, Offer, Redemption
from campaigns.models.pace import MailPace
from campaigns.models.pictures import MailPicture, PictureUse
from campaigns.models.pieces import Piece, PieceFile
from campaigns.models.play_sums import PlaySum
from campaigns.models.plays import Play, PlayEntry, PlayStep, PlayTouch
from campaigns.models.retaining import RetainedCustomer, RetentionAction
from campaigns.models.scores import ResponseScore, UpliftScore
from campaigns.models.segments import Segment, SegmentMember, SegmentMove
from campaigns.models.sending import CampaignSegment, Hit, SendingRules

__all__ = [
    "Campaign",
    "CampaignOffer",
    "CampaignSegment",
    "GivenOffer",
    "Hit",
    "MailPace",
    "MailPicture",
    "Offer",
    "PictureUse",
    "Piece",
    "PieceFile",
    "Play",
    "PlayEntry",
    "PlayStep",
    "PlaySum",
    "PlayTouch",
    "Recipient",
    "Redemption",
    "ResponseScore",
    "RetainedCustomer",
    "RetentionAction",
    "Segment",
    "SegmentMember",
    "SegmentMove",
    "SendingRules",
    "UpliftScore",
    "Variant",
    "VariantTally",
]
