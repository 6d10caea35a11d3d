"""Ledger text made harmless for where it goes: all of it is hostile to the format that it is written into."""

import html as _html
import re
import unicodedata

_ANYWHERE = r"""
      [`\[\]{]                      # code, links, footnotes, attributes
    | \\(?=[!-/:-@\[-`{-~]|$)       # a backslash before a sign, or at the end of a line
    | (?<!\s)\*|\*(?!\s)            # emphasis: a star, but for one between spaces
    | (?<![^\W_])_|_(?![^\W_])      # and a low line, but for one within a word
    | <(?!\s) | &(?=\#?\w+;)        # HTML and entities
    | (?<=\S)~                      # the end of what is struck out
"""
_BEGINS = r"""
      ^\s*[#>*|]                    # a heading, a quotation, a list, a table
    | ^\s*\+(?=\s|$)                # a list
    | ^\s*-(?=[-:|\s]|$)            # a list, a rule, the line below a heading or below the heads of a table
    | ^\s*\d{1,9}[.)](?=\s|$)       # a list with numbers
    | ^\s*:(?=[-\s]) | ^\s*=(?==*\s*$) | ^\s*~(?=~)  # heads of a table, a definition; a heading; code
"""
_MARKDOWN = {
    (begins, cell): re.compile("|".join(
        [*([_BEGINS] if begins else []), _ANYWHERE, r"\|" if cell else r"\#(?=\#*$)"]  # `#` may close a heading
    ), re.VERBOSE)
    for begins in (True, False) for cell in (True, False)
}  # fmt: skip
_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    "~": "&#126;",
    ":": "&#58;",
    "=": "&#61;",
}  # which no backslash serves everywhere
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


def paragraphs(text: str) -> tuple[tuple[str, ...], ...]:
    """Text that may have several lines: paragraphs, which an empty line ends, of lines as `one_line` has them.

    >>> paragraphs("Dear all,\\r\\n thank you.\\n\\n\\nKari\\n")
    (('Dear all,', 'thank you.'), ('Kari',))
    """
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        kept = one_line(line).strip()
        if kept:
            found[-1].append(kept)
        elif found[-1]:
            found.append([])
    return tuple(tuple(lines) for lines in found if lines)


def html(text: str) -> str:
    """Text for an HTML element or a quoted attribute."""
    return _html.escape(one_line(text), quote=True)


def markdown(text: str, *, begins: bool = True, cell: bool = False) -> str:
    """Text for Markdown (CommonMark, tables, struck-out text), in which it is nothing but text.

    What is no mark-up where it stands is left as it is: `R&D`, `2 * 3`, `-5,00`, `1 = 1`.

    :param begins: it may begin a line, where a dash may be a list
    :param cell: it stands in a table, where a stroke ends its cell

    >>> markdown("<b>*Ræder* | Sønn</b>")
    '&lt;b>\\\\*Ræder\\\\* | Sønn&lt;/b>'
    >>> markdown("1. A | B", begins=False, cell=True)
    '1. A \\\\| B'
    """
    return _MARKDOWN[begins, cell].sub(_marked, one_line(text))


def _marked(found: re.Match[str]) -> str:
    sign = found[0][-1]
    return found[0][:-1] + _ENTITIES.get(sign, f"\\{sign}")


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
