"""Public holidays of a country or a part of it, by the `holidays` package."""

from datetime import date
from functools import lru_cache
from types import ModuleType


def is_holiday(country: str, day: date) -> bool:
    """Whether `day` is a public holiday in `country`: `GB`, `CH-ZH`, or empty for none."""
    return bool(country) and day in _calendar(country, day.year)


def is_known(country: str) -> bool:
    """Whether the package knows the holidays there; where it does not, every day would be a working day."""
    code, _, part = country.partition("-")
    parts = _package().list_supported_countries(include_aliases=True).get(code)
    return parts is not None and (not part or part in parts)


def _package() -> ModuleType:
    import holidays  # noqa: PLC0415 - 4 MB, which only who has named a country waits for

    return holidays


@lru_cache(maxsize=64)
def _calendar(country: str, year: int) -> frozenset[date]:
    code, _, part = country.partition("-")
    try:
        return frozenset(_package().country_holidays(code, subdiv=part or None, years=year))
    except NotImplementedError:
        return frozenset()
