"""Models of orders, by noun."""

from orders.models.loyalty import LoyaltyMember, LoyaltyProgramme, LoyaltyTier, PointsEntry
from orders.models.sales import Order, OrderLine, Product, ProductQuerySet, Subscription

__all__ = [
    "LoyaltyMember",
    "LoyaltyProgramme",
    "LoyaltyTier",
    "Order",
    "OrderLine",
    "PointsEntry",
    "Product",
    "ProductQuerySet",
    "Subscription",
]
