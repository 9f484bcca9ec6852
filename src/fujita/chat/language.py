"""Which of the page's languages a reader prefers."""

from fujita.chat.catalogue import CATALOGUE

LANGUAGES = tuple(CATALOGUE)
DEFAULT_LANGUAGE = "en"


def preferred_language(chosen: str | None, accepted: str | None) -> str:
    """Returns a language of the catalogue.

    Args:
        chosen: What the reader chose in the page, if they did.
        accepted: The ``Accept-Language`` header (RFC 9110, section 12.5.4).
    """
    if chosen in LANGUAGES:
        return chosen
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for item in (accepted or "")[:1000].split(","):
        tag, _, parameter = item.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
