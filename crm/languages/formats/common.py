"""What the languages share: numbers as machines read them; fields of forms take the ISO day first, then theirs."""

TIME_FORMAT = "H:i"
TIME_INPUT_FORMATS = ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"]
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ""
NUMBER_GROUPING = 0
ISO = "%Y-%m-%d"


def days_typed(day: str) -> list[str]:
    return [ISO, day]


def moments_typed(day: str) -> list[str]:
    return [f"{ISO} %H:%M:%S", f"{ISO} %H:%M:%S.%f", f"{ISO} %H:%M", f"{day} %H:%M:%S", f"{day} %H:%M"]
