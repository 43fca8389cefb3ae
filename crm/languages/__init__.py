"""Languages: who is spoken to in which, how numbers and days are written in it, and the catalogues of texts.

Texts in the code are English and stay so: what is stored, logged, exported or answered by the API is English. A text is
translated where it is shown (decision 66).
"""
