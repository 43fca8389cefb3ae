"""What orders brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule, TimelineSource
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, READ_ALL, Grants
from crm.past.panels import CHANGES
from orders.editing import EDITING
from orders.exporting import EXPORTS
from orders.home import CARDS
from orders.importing import KINDS
from orders.loyalty.panels import LOYALTY_PANELS
from orders.panels import CONTACT_PANELS
from orders.queries import orders_before
from orders.searching import SOURCES
from orders.specs import CONTACT_FIELDS, ORDER_FIELDS, PRODUCT_FIELDS, SUBSCRIPTION_FIELDS

# Orders themselves go through their customer: who may change the contact may write its orders.
PRODUCT_GRANTS: dict[str, Grants] = {
    Role.REP: READ_ALL,
    Role.MARKETER: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, import_=Scope.ALL, export=Scope.ALL),
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}

CATALOGUE = Catalogue(
    fields={
        "contacts.contact": CONTACT_FIELDS,
        "orders.order": ORDER_FIELDS,
        "orders.product": PRODUCT_FIELDS,
        "orders.subscription": SUBSCRIPTION_FIELDS,
    },
    grants={"orders.product": PRODUCT_GRANTS},
    imports=KINDS,
    exports=EXPORTS,
    timeline=(TimelineSource("orders", "Orders", orders_before, is_searched=True),),
    panels={
        "contacts.contact": (*CONTACT_PANELS, *LOYALTY_PANELS),
        "orders.order": (CHANGES,),
        "orders.product": (CHANGES,),
    },
    past={
        "orders.product": PastRule(without=("search_text", "sort_name", "updated_at")),
        "orders.orderline": PastRule(parent="order_id", is_part=True),
        "orders.subscription": PastRule(parent="contact_id"),
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
        NavItem("Orders", "orders:order_list", "bag", order=20, model="orders.order", key="o"),
        NavItem("Products", "orders:product_list", "box-seam", order=30, model="orders.product", key="p"),
        NavItem(
            "Subscriptions", "orders:subscription_list", "arrow-repeat", order=40, model="orders.subscription", key="s"
        ),
    ),
    home=CARDS,
    new_items=(
        NewItem("Order", "orders:order_create", "bag", "orders.order", key="o", order=20),
        NewItem("Product", "orders:product_create", "box-seam", "orders.product", order=30),
    ),
    api_areas=(
        ApiArea("products", "Products", "With list prices."),
        ApiArea("orders", "Orders", "With their lines."),
    ),
    search=SOURCES,
    editing={"orders.product": EDITING},
)
