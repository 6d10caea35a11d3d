"""Lines of a directive in a file, for what changes exactly those: a text may go over several, indented or not."""

import re

_PARTS = re.compile(r'"|\\.|;')


def within(lines: list[str], first: int) -> list[bool]:
    """Of each line of a directive that begins on a line, counted from 1: whether it begins within a text.

    >>> within(['2026-11-25 ! "Cable"', '  note: "Ring', '', 'twice"  ; "x', '  invoice:', '', 'x'], 1)
    [False, False, True, True, False]
    """
    found: list[bool] = []
    inside = False
    for at in range(first - 1, len(lines)):  # a slice would go over all other lines, for each directive
        line = lines[at]
        if found and not inside and not (line[:1] in (" ", "\t") and line.strip()):
            break
        found.append(inside)
        for part in _PARTS.findall(line):
            if part == ";" and not inside:
                break
            inside ^= part == '"'
    return found


def end_of(lines: list[str], first: int) -> int:
    """The last line of a directive that begins on a line."""
    return first - 1 + len(within(lines, first))


def head_of(lines: list[str], first: int) -> int:
    """The last line of the head of a directive that begins on a line: what is put below it is its first key.

    >>> head_of(['2026-11-25 * "Cable', 'and work"', '  invoice: "1"'], 1)
    2
    """
    below = within(lines, first)[1:]
    return first + (below.index(False) if False in below else len(below))
