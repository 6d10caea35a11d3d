"""Ledger text made harmless for where it goes: all of it is hostile to the format that it is written into."""

import html as _html
import re
import unicodedata

_MARKDOWN = re.compile(r"[\\`*_{}\[\]#]")
_ENTITIES = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "~": "&#126;", "^": "&#94;", "=": "&#61;", "$": "&#36;",
    ":": "&#58;", '"': "&quot;",
})  # fmt: skip
_YAML = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what YAML cannot hold
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")


def one_line(text: str) -> str:
    """Text on one line: white space is a space, and control and text-direction characters are gone.

    >>> one_line("Nordlys\\nAS\\u202e")
    'Nordlys AS'
    """
    if text.isprintable():  # most text is: no control or direction character, no white space but the space
        return text
    kept = (
        " " if c.isspace() else c
        for c in text
        if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return " ".join("".join(kept).split(" ")) if "\n" not in text else " ".join("".join(kept).split())


def html(text: str) -> str:
    """Text for an HTML element or a quoted attribute."""
    return _html.escape(one_line(text), quote=True)


def markdown(text: str, *, begins: bool = True) -> str:
    """Text for Markdown, a table's cell included: no mark-up, HTML or attribute of its own.

    :param begins: it may begin a line, where a number or a dash would begin a list

    >>> markdown("<b>*Ræder* | Sønn</b>")
    '&lt;b&gt;\\\\*Ræder\\\\* &#124; Sønn&lt;/b&gt;'
    """
    # First the backslashes: the `#` of an entity is not to get one.
    safe = _MARKDOWN.sub(lambda match: "\\" + match[0], one_line(text)).translate(_ENTITIES)
    if not begins:
        return safe
    # A list, a heading or a rule begins a line; so may a text.
    return re.sub(r"^(\s*)([-+.!]|\d+[.)])", lambda m: m[1] + m[2][:-1] + "\\" + m[2][-1], safe)


def csv_cell(text: str) -> str:
    """Text for a cell that a spreadsheet may open: what begins like a formula gets an apostrophe before it.

    >>> csv_cell("=1+1"), csv_cell("-5.00"), csv_cell("Nordlys")
    ("'=1+1", '-5.00', 'Nordlys')
    """
    return guarded(one_line(text))


def guarded(text: str) -> str:
    """Text with an apostrophe before what begins like a formula, or like such text guarded; line ends stay.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("'tis")
    ("'=1+1", "''=1+1", "'tis")
    """
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def file_name(text: str) -> str:
    """Text as a part of a file name: letters, digits, `.`, `_` and `-`; another character becomes `_`. Never a path.

    >>> file_name("../2026/001"), file_name("K2026-0003")
    ('2026_001', 'K2026-0003')
    """
    return re.sub(r"[^A-Za-z0-9._-]", "_", text).lstrip("._-") or "_"


def yaml(text: str) -> str:
    """Text as a YAML string in double quotes, for the front matter of a page.

    >>> yaml('A "B"\\n---\\nevil: true')
    '"A \\\\"B\\\\" --- evil: true"'
    """
    safe = _YAML.sub("", one_line(text)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"'
