"""Spanish: days in words."""

from crm.languages.formats import common

DATE_FORMAT = "j \\d\\e F \\d\\e Y"
DATETIME_FORMAT = "j \\d\\e F \\d\\e Y, H:i"
YEAR_MONTH_FORMAT = "F \\d\\e Y"
MONTH_DAY_FORMAT = "j \\d\\e F"
SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = common.days_typed("%d/%m/%Y")
DATETIME_INPUT_FORMATS = common.moments_typed("%d/%m/%Y")
TIME_FORMAT = common.TIME_FORMAT
TIME_INPUT_FORMATS = common.TIME_INPUT_FORMATS
DECIMAL_SEPARATOR = common.DECIMAL_SEPARATOR
THOUSAND_SEPARATOR = common.THOUSAND_SEPARATOR
NUMBER_GROUPING = common.NUMBER_GROUPING
