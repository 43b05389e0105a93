"""A row of units below the column names: "Depth" above "m"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.documents.loaders.tables.cells import NUMBER, MergedCell, Row

_DEEPEST = 3  # the units are in one of the first rows
# Units of measure and money: SI Brochure (9th edition, 2019), tables 2 to 8, the usual British and
# American ones, and codes and signs of currencies.
_UNITS = frozenset(
    """
    m s g t l h d a A K N J W V C F L M Pa Hz mm cm dm km nm µm μm in ft yd mi ms µs μs min hr sec
    mg kg µg μg ng mol mmol µmol rad sr kHz MHz GHz kPa MPa hPa kW MW GW mW Wh kWh MWh GWh kV mV
    mA kN MN kJ MJ GJ cd lm lx ha px dB bar mbar atm cal kcal eV keV MeV ml mL dl dL cl hl kl cc
    ppm ppb ppt oz lb lbs st ton tons tonnes years year days hours minutes seconds months weeks
    pcs pieces no. °C °F ° % ‰ $ € £ ¥ EUR USD GBP NOK SEK DKK CHF JPY CNY INR kr kr. Kč zł m² m³
    km² cm² cm³ mm² m2 m3 km2 cm2 cm3 mm2 m/s km/h
    """.split()
)
_BRACKETED = re.compile(r"[(\[][^()\[\]]{1,20}[)\]]")
_PRODUCT = re.compile(r"[^\s\d/·*^]{1,6}(?:[\^²³⁻⁰¹-⁹-]?\d?)(?:[/·* ][^\s/]{1,8}){1,2}")
_NONE = frozenset({"", "-", "–", "—"})  # the cell of a column without a unit


def with_units(rows: Sequence[Row]) -> Sequence[Row]:
    """Join a row of units to the names above it: "Depth (m)".

    Only columns of numbers have a unit.
    """
    for at in range(1, min(_DEEPEST, len(rows) - 1)):
        if _is_row_of_units(rows[at], rows[at + 1 :]) and any(rows[at - 1]):
            return [*rows[: at - 1], _names_with_units(rows[at - 1], rows[at]), *rows[at + 1 :]]
    return rows


def _is_row_of_units(row: Row, below: Sequence[Row]) -> bool:
    """Whether all cells of a row are units above numbers."""
    filled = [column for column, cell in enumerate(row) if cell not in _NONE]
    if not filled or any(isinstance(row[column], MergedCell) for column in filled):
        return False
    return all(_is_unit(row[column]) and _has_numbers(below, column) for column in filled)


def _is_unit(cell: str) -> bool:
    if cell in _UNITS or _BRACKETED.fullmatch(cell):
        return True
    product = _PRODUCT.fullmatch(cell)
    return bool(product) and any(part in _UNITS for part in re.split(r"[/·* ^]", cell))


def _has_numbers(rows: Sequence[Row], column: int) -> bool:
    """Whether a column contains numbers, and nothing else."""
    cells = [row[column] for row in rows if column < len(row)]
    filled = [cell for cell in cells if cell not in _NONE]
    return bool(filled) and all(map(NUMBER.fullmatch, filled))


def _names_with_units(names: Row, units: Row) -> Row:
    joined = []
    for column, name in enumerate(names):
        unit = units[column] if column < len(units) else ""
        unit = "" if unit in _NONE else unit
        bracketed = unit if not unit or _BRACKETED.fullmatch(unit) else f"({unit})"
        joined.append(" ".join(filter(None, (name, bracketed))))
    return joined
