"""XML as values: a tree of tuples, which `write` turns into bytes. What has no text and no children is left out.

>>> write("a:Invoice", node("a:ID", "7"), node("a:Note", ""), node("a:Party", node("a:Name", "A & B")),
...       spaces={"a": "urn:a"}, default="a").decode().splitlines()[1:]
['<Invoice xmlns="urn:a">', '  <ID>7</ID>', '  <Party>', '    <Name>A &amp; B</Name>', '  </Party>', '</Invoice>']
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from lxml import etree

from billtext.rendering import escape

# What XML 1.0 cannot hold, and is no control character either.
_FORBIDDEN = re.compile("[\ud800-\udfff\ufffe\uffff]")


class Node(NamedTuple):
    """An element: its name with a prefix, text or children, and attributes."""

    name: str
    text: str
    children: tuple["Node", ...]
    attributes: Mapping[str, str]


Child: TypeAlias = "Node | str | Iterable[Node | None] | None"


def one_line(text: str) -> str:
    """Ledger text on one line, as XML may hold it: no control or text-direction characters, nothing around it."""
    return _FORBIDDEN.sub("", escape.one_line(text)).strip()


def lines(text: str) -> str:
    """Ledger text that may have several lines; else as `one_line`."""
    if "\n" not in text and "\r" not in text:
        return one_line(text)
    return "\n".join(filter(None, map(one_line, text.splitlines())))


def node(name: str, /, *content: Child, always: bool = False, **attributes: str) -> Node | None:
    """An element, or None where it would be empty.

    :param content: its text, which is put on one line, or its children
    :param always: keep it though it is empty
    :param attributes: those without text are left out
    """
    if len(content) == 1 and isinstance(content[0], str):
        text = one_line(content[0])
        if not text and not always:
            return None
        kept = {key: shown for key, value in attributes.items() if (shown := one_line(value))} if attributes else {}
        return Node(name, text, (), kept)
    children: list[Node] = []
    for child in content:
        if isinstance(child, Node):
            children.append(child)
        elif child is not None and not isinstance(child, str):
            children.extend(each for each in child if each is not None)
    return Node(name, "", tuple(children), attributes) if children or always else None


def raw(name: str, text: str, /, **attributes: str) -> Node | None:
    """An element whose text stays as it is, line ends and all; it has gone through `lines`, or it is ours."""
    return Node(name, text, (), attributes) if text else None


def write(root: str, *content: Child, spaces: Mapping[str, str], default: str) -> bytes:
    """The tree as an XML file in UTF-8, indented; the same bytes for the same tree.

    :param root: name of the outermost element
    :param spaces: namespaces by prefix
    :param default: the prefix that is not written
    """
    top = node(root, *content, always=True)
    assert top is not None  # noqa: S101 - as `always` says
    prefixes: dict[str | None, str] = {(None if key == default else key): value for key, value in spaces.items()}
    names: dict[str, str] = {}
    element = etree.Element(_full(top.name, spaces), nsmap=prefixes)  # type: ignore[arg-type]
    _grow(element, top.children, names, spaces)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _full(name: str, spaces: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{spaces[prefix]}}}{local}"


def _grow(parent: "etree._Element", children: Iterable[Node], names: dict[str, str], spaces: Mapping[str, str]) -> None:
    """Hang children below an element. A function of its own: one that closes over itself is never freed without gc."""
    for child in children:
        tag = names.get(child.name) or names.setdefault(child.name, _full(child.name, spaces))
        element = etree.SubElement(parent, tag, child.attributes)  # type: ignore[arg-type]
        if child.children:
            _grow(element, child.children, names, spaces)
        else:
            element.text = child.text
