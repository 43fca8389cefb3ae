"""What orders brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule, TimelineSource
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, READ_ALL, Grants
from crm.past.panels import CHANGES
from orders.acquired import ACQUIRED_LIST_FIELDS, ACQUIRED_LIST_PANELS
from orders.editing import EDITING, INVOICE_EDITING, ORDER_EDITING, REGISTRATION_EDITING, SUBSCRIPTION_EDITING
from orders.exporting import EXPORTS
from orders.home import CARDS
from orders.importing import KINDS
from orders.invoices import specs as invoices
from orders.invoices.panels import INVOICE_PANELS, ORDER_PANELS
from orders.keeping import PRODUCT_IDS
from orders.layouts import LAYOUTS
from orders.lines.specs import LINE_FIELDS
from orders.loyalty.panels import LOYALTY_PANELS
from orders.panels import CONTACT_PANELS
from orders.prices.views import PRICE_PANELS
from orders.queries import orders_before
from orders.registrations import specs as registrations
from orders.registrations.panels import REGISTRATION_PANELS
from orders.reports import REPORTS
from orders.searching import SOURCES
from orders.specs import CONTACT_FIELDS, ORDER_FIELDS, PRODUCT_FIELDS, SUBSCRIPTION_FIELDS
from orders.starting import STEPS
from orders.timeline import AFTER_SALES
from orders.told import READ

# Orders themselves go through their customer: who may change the contact may write its orders.
PRODUCT_GRANTS: dict[str, Grants] = {
    Role.REP: READ_ALL,
    Role.MARKETER: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, import_=Scope.ALL, export=Scope.ALL),
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}

CATALOGUE = Catalogue(
    fields={
        "contacts.contact": (*CONTACT_FIELDS, *invoices.CONTACT_FIELDS, *registrations.CONTACT_FIELDS),
        "contacts.acquiredlist": ACQUIRED_LIST_FIELDS,
        "orders.order": ORDER_FIELDS,
        "orders.orderline": LINE_FIELDS,
        "orders.product": PRODUCT_FIELDS,
        "orders.subscription": SUBSCRIPTION_FIELDS,
        "orders.invoice": invoices.INVOICE_FIELDS,
        "orders.productregistration": registrations.REGISTRATION_FIELDS,
    },
    grants={"orders.product": PRODUCT_GRANTS},
    imports=KINDS,
    exports=EXPORTS,
    own_ids=(PRODUCT_IDS,),
    timeline=(TimelineSource("orders", "Orders", orders_before, is_searched=True, is_bounded=True), AFTER_SALES),
    reads={"contacts.contact": (READ,)},
    panels={
        "contacts.contact": (*CONTACT_PANELS, *INVOICE_PANELS, *REGISTRATION_PANELS, *LOYALTY_PANELS),
        "contacts.acquiredlist": ACQUIRED_LIST_PANELS,
        "orders.order": (*ORDER_PANELS, CHANGES),
        "orders.product": (*PRICE_PANELS, CHANGES),
        "orders.subscription": (CHANGES,),
        "orders.invoice": (CHANGES,),
        "orders.productregistration": (CHANGES,),
    },
    past={
        "orders.product": PastRule(without=("search_text", "sort_name", "updated_at")),
        "orders.orderline": PastRule(parent="order_id", is_part=True),
        "orders.subscription": PastRule(without=("renewal_told_for", "end_told_for"), parent="contact_id"),
        "orders.subscriptionrenewal": PastRule(parent="subscription_id", is_part=True),
        "orders.productoption": PastRule(parent="product_id", is_part=True),
        "orders.optionchoice": PastRule(parent="option_id"),
        "orders.lineoption": PastRule(parent="order_id", is_part=True),
        "orders.invoice": PastRule(without=("updated_at",), parent="contact_id"),
        "orders.payment": PastRule(
            parent="invoice_id",
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.",
            is_added_to=True,
        ),
        "orders.productregistration": PastRule(parent="contact_id"),
        "orders.loyaltymember": PastRule(parent="contact_id"),
        "orders.pointsentry": PastRule(
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.", is_added_to=True
        ),
    },
    navigation=(
        NavItem("Orders", "orders:order_list", "bag", group="Sales", order=24, model="orders.order", key="o"),
        NavItem("Order lines", "orders:line_list", "list-ul", group="Sales", order=25, model="orders.orderline"),
        NavItem(
            "Products", "orders:product_list", "box-seam", group="Sales", order=30, model="orders.product", key="p"
        ),
        NavItem(
            "Subscriptions",
            "orders:subscription_list",
            "arrow-repeat",
            group="Sales",
            order=28,
            model="orders.subscription",
        ),
        NavItem("Prices realised", "orders:price_list", "percent", group="Sales", order=32, model="orders.order"),
        NavItem("Margin and returns", "orders:margin_list", "graph-up", group="Sales", order=33, model="orders.order"),
        NavItem("Invoices", "orders:invoice_list", "receipt", group="Sales", order=26, model="orders.invoice"),
        NavItem(
            "Registrations",
            "orders:registration_list",
            "patch-check",
            group="Sales",
            order=34,
            model="orders.productregistration",
        ),
    ),
    home=CARDS,
    start=STEPS,
    new_items=(
        NewItem("Order", "orders:order_create", "bag", "orders.order", key="o", order=20),
        NewItem("Product", "orders:product_create", "box-seam", "orders.product", order=30),
        NewItem("Invoice", "orders:invoice_create", "receipt", "orders.invoice", key="i", order=31),
        NewItem("Subscription", "orders:subscription_create", "arrow-repeat", "orders.subscription", order=32),
        NewItem("Registration", "orders:registration_create", "patch-check", "orders.productregistration", order=33),
    ),
    api_areas=(
        ApiArea("products", "Products", "With list prices."),
        ApiArea("orders", "Orders", "With their lines; subscriptions."),
        ApiArea("invoices", "Invoices", "With what was paid of them."),
        ApiArea("loyalty", "Loyalty", "Members, tiers and the ledger of points."),
        ApiArea("registrations", "Registrations", "Serial numbers and warranties of products."),
    ),
    search=SOURCES,
    layouts=LAYOUTS,
    editing={
        "orders.product": EDITING,
        "orders.order": ORDER_EDITING,
        "orders.invoice": INVOICE_EDITING,
        "orders.subscription": SUBSCRIPTION_EDITING,
        "orders.productregistration": REGISTRATION_EDITING,
    },
    reports=REPORTS,
)
