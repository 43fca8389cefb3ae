"""What comes from outside or goes out there: one room each, and no second way (the linter refuses one).

HTML of strangers (`html`), requests to addresses that people typed (`requests`), signed tokens in links (`tokens`),
files that people bring (`uploads`), tables that others open (`tables`, and CSV in `crm.exporting`).
"""
