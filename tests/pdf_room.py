"""What a reader sees of a PDF: its words and where they stand, its lines, its pages as pictures, by PDFium.

PDFium comes from PyPI, where poppler is to be installed by other means; both read the same file format (ISO 32000).
"""

from collections.abc import Iterator

import pypdfium2
from PIL import Image

Word = tuple[str, float, float, float, float]  # with its left, upper, right and lower edge in millimetres

_NO_WIDTH = dict.fromkeys(map(ord, "\u200b\ufffe"))  # where a word may break, and where PDFium takes a hyphen for soft
_POINT = 25.4 / 72  # in millimetres
_NEAR = 0.1  # of the height of a letter, to the next of the same word
_SAME = 0.5  # of the height of a word, that another stands higher or lower and is still on its line


def words(made: bytes, page: int = 1) -> list[Word]:
    """The words of a page, in the order of the file.

    :param page: from 1
    """
    with pypdfium2.PdfDocument(made) as file:
        return list(_words(file[page - 1]))


def _words(page: pypdfium2.PdfPage) -> Iterator[Word]:
    found, high = page.get_textpage(), page.get_height() * _POINT
    word: Word | None = None
    thought = False  # PDFium thinks of a space where signs are placed one by one, be they near or not
    for n in range(found.count_chars()):
        sign = found.get_text_range(n, 1).translate(_NO_WIDTH)
        if not sign:
            continue
        if pypdfium2.raw.FPDFText_IsGenerated(found, n):
            thought = True
            continue
        left, bottom, right, top = (edge * _POINT for edge in found.get_charbox(n, loose=True))
        edges = (left, high - top, right, high - bottom)
        if word is not None and (sign.isspace() or not _adjoin(word, edges, _NEAR if thought else 1)):
            yield word
            word = None
        thought = False
        if sign.isspace():
            continue
        if word is None:
            word = (sign, *edges)
        else:
            word = (word[0] + sign, word[1], min(word[2], edges[1]), max(word[3], right), max(word[4], edges[3]))
    if word is not None:
        yield word


def _adjoin(word: Word, edges: tuple[float, float, float, float], gap: float) -> bool:
    """Whether a letter stands beside a word on its line: a hyphen at the end of a line hides from PDFium that it ends.

    :param gap: what may be between them, as a part of the letter's height
    """
    high = edges[3] - edges[1]
    return abs(edges[3] - word[4]) < max(gap, _SAME) * high and abs(edges[0] - word[3]) < gap * high


def lines(made: bytes) -> list[list[str]]:
    """The lines of each page from above, each with its words from the left and one space between them."""
    with pypdfium2.PdfDocument(made) as file:
        return [list(_lines(page)) for page in file]


def _lines(page: pypdfium2.PdfPage) -> Iterator[str]:
    rows: list[list[Word]] = []
    for word in sorted(_words(page), key=lambda word: word[4]):
        if rows and word[4] - rows[-1][-1][4] < _SAME * min(word[4] - word[2], rows[-1][-1][4] - rows[-1][-1][2]):
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        yield " ".join(word[0] for word in sorted(row, key=lambda word: word[1]))


def pages(made: bytes) -> list[str]:
    """The text of each page on one line."""
    return [" ".join(page) for page in lines(made)]


def picture(made: bytes, page: int, dots: int) -> Image.Image:
    """A page in shades of grey.

    :param page: from 1; -1 is the last
    :param dots: in an inch
    """
    with pypdfium2.PdfDocument(made) as file:
        shown = file[page - 1 if page > 0 else len(file) + page]
        made_of: Image.Image = shown.render(scale=dots / 72, grayscale=True).to_pil()
        return made_of
