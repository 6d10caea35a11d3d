"""Ledger text in Markdown: nothing but text for any reader of it, and no sign more than that takes."""

import re
from html import unescape

import lxml.html
import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from billtext.rendering import escape

PLAIN = (
    'Kurs "Våt sone"', "1 = 1", "A | B", "R&D og salg: 10:30", "3 * 4 m", "5 < 6 > 4", "fil_navn_2", "-5,00",
    "12.50", "C:\\temp", "https://fjordlys.example/?a=1&b=2", "US$ 5 ^ 2", "Ca. ~5 m", "a (b)", "20 % av 3.",
    "+47 55", "nr. #4", "1.", "e - f", "!",
)  # fmt: skip
COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = st.text(st.sampled_from("\\`*_{}[]()#+-.!|~<>&=:;\"'/@ \t\naA1ø"), max_size=14)


def readers(text: str) -> list[str]:
    """A text as CommonMark with tables shows it, and as Python-Markdown does."""
    return [COMMONMARK.render(text), markdown.markdown(text, extensions=["tables", "attr_list", "footnotes"])]


def said(page: str) -> str:
    return " ".join(page.split())


@pytest.mark.parametrize("text", PLAIN)
def test_text_without_mark_up_stays_as_it_is(text: str) -> None:
    if text != "1.":  # at the beginning of a line it would be a list
        assert escape.markdown(text) == text
    assert escape.markdown(text, begins=False) == text
    assert escape.markdown(text, begins=False, cell=True) == text.replace("|", r"\|")


@given(SIGNS)
@example("1. a")
@example("a\\")
@example("*a*\\*")
@example("<a@b.no>")
@example("# a ##")
@example("~~~")
def test_a_paragraph_says_the_text_and_nothing_else(text: str) -> None:
    wanted = said(escape.one_line(text))
    written = escape.markdown(text.strip())
    for page in readers(f"{written}\n\nnext"):
        assert re.findall(r"<(\w+)", page) == (["p", "p"] if wanted else ["p"]), (written, page)
        assert said(unescape(re.sub("<[^>]*>", "", page))) == said(f"{wanted} next"), written


@given(SIGNS, SIGNS)
@example("a | b", "--|--")
@example("a", "===")
@example("a", ": b")
def test_a_second_line_stays_one(first: str, second: str) -> None:
    """Not even where it looks like the line below a heading, or below the heads of a table."""
    parts = [said(escape.one_line(text)) for text in (first, second)]
    if not all(parts):
        return
    written = "<br>\n".join(escape.markdown(part) for part in parts)
    for page in readers(f"begins<br>\n{written}"):
        assert re.findall(r"<(\w+)", page) == ["p", "br", "br"], (written, page)
        assert said(unescape(re.sub("<[^>]*>", "", page))) == " ".join(["begins", *parts]), written


@given(SIGNS)
@example("a\\|b")
@example("a\\\\|")
@example("|")
def test_a_cell_of_a_table_and_a_heading_say_the_text(text: str) -> None:
    wanted = said(escape.one_line(text))
    cell = escape.markdown(text, begins=False, cell=True)
    heading = escape.markdown(text.strip(), begins=False)
    for page in readers(f"# A {heading}\n\n| a | b |\n| --- | --- |\n| {cell} | x |\n"):
        root = lxml.html.fromstring(f"<div>{page}</div>")
        assert [said(each.text_content()) for each in root.iter("td")] == [wanted, "x"], (cell, page)
        assert [said(each.text_content()) for each in root.iter("h1")] == [said(f"A {wanted}")], (heading, page)
        assert {each.tag for each in root.iter()} == {"div", "h1", "table", "thead", "tbody", "tr", "th", "td"}


@given(SIGNS)
def test_bold_text_after_other_text(text: str) -> None:
    wanted = said(escape.one_line(text))
    if wanted:
        written = escape.markdown(wanted, begins=False)
        for page in readers(f"From: **{written}**<br>\nx"):
            found = said(unescape(re.sub("<[^>]*>", "", page)))
            assert found.replace("**", "") == f"From: {wanted} x".replace("**", "")  # bold or not, it says the text


def test_lines_and_paragraphs() -> None:
    assert escape.paragraphs("a\u202e\n  b\r\nc\n\n \n\td\u2028e\n") == (("a", "b", "c"), ("d", "e"))
    assert escape.paragraphs(" \n") == ()
