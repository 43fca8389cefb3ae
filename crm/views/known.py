"""Short addresses that people and programs know, each of a page that stands elsewhere."""

from django.views.generic import RedirectView


class KnownAddress(RedirectView):
    """Leads to the page, with what was asked of it."""

    http_method_names = ["get", "head"]
    query_string = True
