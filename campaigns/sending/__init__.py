"""Sending a campaign: whom, the draw, mail by mail, and what people did."""
