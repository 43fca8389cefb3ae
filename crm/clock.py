"""How far the clocks of machines may differ before a moment counts as one of a clock that was ahead."""

import datetime as dt

SLACK = dt.timedelta(minutes=5)
