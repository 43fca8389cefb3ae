"""The demo company: invented people, places and orders, drawn from a seed and written by COPY.

`process` holds the model of buying that the orders follow, `names`, `places` and `companies` the words, `writing` the
way into the database, `loading` the order of things. What is loaded is a list of functions in the settings
(`CRM_DEMO_LOADERS`), lowest floor first, so that nothing here knows the apps above.
"""
