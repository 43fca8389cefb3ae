"""The first hour: what a new instance needs step by step, and what a new colleague tries first.

Whether a step is done is seen by the data, never by a tick. Apps bring steps by `Catalogue.start`.
"""
