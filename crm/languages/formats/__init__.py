"""What Django itself writes of numbers and days in a language. Its decimal point stays a point, so that a number in an
attribute or a field of a form is read by machines whatever the language; `crm.templatetags.figures` writes for people.
"""
