"""The help inside the product: the files of docs/users, with contents, a search and a panel on each page.

Not to be taken for the help pages of customers (`service.knowledge`, at `/help/`): this one stands at `/guide/`.
"""
