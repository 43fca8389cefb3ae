"""Tests of the tiles of home pages and dashboards."""
