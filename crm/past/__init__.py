"""The row history: triggers keep what every row was, whoever changes it and however: page, import, COPY, or by hand.

Each table of our apps is kept unless its app's catalogue says otherwise, with a reason (`Catalogue.past`). `migrate`
puts the triggers on new tables and gives the application's role its rights (`crm.past.upkeep`).
"""
