"""Units of measure by their UN/ECE Recommendation 20 codes, as people read them: one place for all forms."""

from decimal import Decimal

from billtext.rendering.language import Language

ONE = Decimal(1)

# Code: the word for one, and for several; those that are signs are the same in all languages.
_WORDS = {
    "C62": ("pc.", "pcs"),
    "H87": ("pc.", "pcs"),
    "EA": ("pc.", "pcs"),
    "XPP": ("pc.", "pcs"),
    "HUR": ("hour", "hours"),
    "MIN": ("minute", "minutes"),
    "DAY": ("day", "days"),
    "WEE": ("week", "weeks"),
    "MON": ("month", "months"),
    "QAN": ("quarter", "quarters"),
    "ANN": ("year", "years"),
    "SET": ("set", "sets"),
    "PR": ("pair", "pairs"),
    "XBX": ("box", "boxes"),
    "XPK": ("package", "packages"),
    "XRO": ("roll", "rolls"),
    "LS": ("lump sum", "lump sum"),
    "E48": ("service", "services"),
    "NAR": ("article", "articles"),
}
_SIGNS = {
    "SEC": "s", "KGM": "kg", "GRM": "g", "TNE": "t", "MMT": "mm", "CMT": "cm", "MTR": "m", "KMT": "km",
    "LTR": "l", "MLT": "ml", "CLT": "cl", "MTK": "m²", "MTQ": "m³", "KWH": "kWh", "MWH": "MWh", "WTT": "W",
    "KWT": "kW", "P1": "%",
}  # fmt: skip


def words() -> set[str]:
    """All words, for the catalogues."""
    return {word for pair in _WORDS.values() for word in pair}


def name(code: str, quantity: Decimal, language: Language) -> str:
    """What a unit is called; a code that is not known here is told as it is.

    >>> name("HUR", ONE, Language("en")), name("HUR", Decimal(2), Language("nb")), name("X1", ONE, Language())
    ('hour', 'timer', 'X1')
    """
    if code in _SIGNS:
        return _SIGNS[code]
    if code not in _WORDS:
        return code
    return language(_WORDS[code][abs(quantity) != ONE])
