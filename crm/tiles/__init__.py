"""Tiles: the figures and cards that apps bring to the home page and to dashboards, as data, and how they are shown."""
