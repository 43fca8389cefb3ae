"""The list of order lines."""

from __future__ import annotations

from crm.views.lists import ListExport, ListPage
from orders.lines.queries import search_lines
from orders.models import OrderLine


class LineListView(ListPage):
    model = OrderLine
    heading = "Order lines"
    name_column = "number"
    default_sort = "-ordered_on"
    search = staticmethod(search_lines)
    search_hint = "Order number or customer"
    phone = {"amount": "cell-end", "product": "cell-secondary", "ordered_on": "cell-secondary-end"}
    import_url_name = "crm:import_list"
    export_url_name = "orders:line_export"
    empty_title = "No order lines yet"
    empty_text = "Each line of an order stands here: what was sold, to whom, for how much, and what came back."


class LineExportView(ListExport, LineListView):
    """The list's rows as a file."""
