"""English: what is typed while something is written is read by these whatever the language of the page (decision 66),
so a day has no slashes: 05/03/2026 is another day in Boston than in Paris.
"""

from crm.languages.formats import common

DATE_INPUT_FORMATS = common.days_typed("%d.%m.%Y")
DATETIME_INPUT_FORMATS = common.moments_typed("%d.%m.%Y")
