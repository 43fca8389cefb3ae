"""Dashboards: tiles of all apps on one page, over one period."""
