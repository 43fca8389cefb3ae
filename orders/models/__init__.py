"""Models of orders, by noun."""

from orders.models.invoices import Invoice, Payment
from orders.models.loyalty import LoyaltyMember, LoyaltyProgramme, LoyaltyTier, PointsEntry
from orders.models.options import LineOption, OptionChoice, ProductOption
from orders.models.registrations import ProductRegistration
from orders.models.sales import Order, OrderLine, Product, ProductQuerySet
from orders.models.subscriptions import Subscription, SubscriptionRenewal

__all__ = [
    "Invoice",
    "LineOption",
    "LoyaltyMember",
    "LoyaltyProgramme",
    "LoyaltyTier",
    "OptionChoice",
    "Order",
    "OrderLine",
    "Payment",
    "PointsEntry",
    "Product",
    "ProductOption",
    "ProductQuerySet",
    "ProductRegistration",
    "Subscription",
    "SubscriptionRenewal",
]
