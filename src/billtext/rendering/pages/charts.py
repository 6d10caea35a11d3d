"""Pictures as inline SVG, in the colours of the style sheet, so that they are right on a dark screen and in print.

What is owed to a customer is no debt, whatever its column: it is drawn hollow, with a dashed edge, and the line at zero
is marked where there is any.

Shapes are placed in percent and pixels instead of a view box, so that text keeps its size on a telephone and in print.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from billtext.money import ZERO

HEIGHT = 168  # of the columns, in pixels, without the names below them
STRIP = 26  # of the bar
SLIM = 9  # of one of several bars
CREDIT = "r-credit"  # class of what is owed to the customer
MARK = 16  # of the zero below the bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar.

    :param style: class of the style sheet that gives its colour
    :param label: what it is, with its amount, for who points at it or listens
    """

    amount: Decimal
    style: str
    label: str

    @property
    def classes(self) -> str:
        """The style, and that the part is owed to the customer."""
        return f"{self.style} {CREDIT}" if self.amount < 0 else self.style


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of parts, and its name below."""

    name: str
    parts: Sequence[Part]


def swatch(style: str, *, credit: bool = False) -> Markup:
    """The colour of a part, for a legend; a picture, so that it prints."""
    return Markup(
        '<svg class="r-swatch" width="12" height="12" aria-hidden="true">'
        '<rect x="1" y="1" width="10" height="10" rx="2" class="{}"/></svg>'
    ).format(f"{style} {CREDIT}" if credit else style)


def bar(parts: Sequence[Part], *, name: str, title: str, description: str, longest: Decimal | None = None) -> Markup:
    """One bar of parts. What is owed to the customer stands left of the line at zero, what is owed right of it.

    :param name: id of the picture, of our own making
    :param longest: the longest of several slim bars below each other, which this is one of
    """
    below = sum((-part.amount for part in parts if part.amount < 0), ZERO)
    above = sum((part.amount for part in parts if part.amount > 0), ZERO)
    if not below + above:
        return Markup("")
    whole, height = (below + above, STRIP) if longest is None else (longest, SLIM)
    marked = below and longest is None
    shapes = []
    left, right = ZERO, below
    for part in sorted(parts, key=lambda part: part.amount > 0):
        width = abs(part.amount)
        if not width:
            continue
        start = left if part.amount < 0 else right
        shapes.append(_rect(start, width, whole, height, part))
        if part.amount < 0:
            left += width
        else:
            right += width
    if marked:
        shapes.append(
            Markup(
                '<line x1="{0}" x2="{0}" y1="-4" y2="{1}" class="r-zero-line"/>'
                '<text x="{0}" y="{2}" text-anchor="{3}">0</text>'
            ).format(_percent(below, whole), STRIP + 4, STRIP + MARK, "middle" if above else "end")
        )
    return _picture("r-bar", height + (MARK if marked else 0), name, title, description, shapes)


def columns(
    found: Sequence[Column], steps: Sequence[tuple[Decimal, str]], *, name: str, title: str, description: str,
    beside: bool = False,
) -> Markup:  # fmt: skip
    """Columns side by side on a scale.

    :param beside: whether the parts of a column stand beside each other, and not on each other
    :param steps: value and text of each line of the scale, lowest first; the columns lie between the first and the last
    """
    low, high = steps[0][0], steps[-1][0]

    def y(value: Decimal) -> str:
        return f"{8 + (high - value) / (high - low) * HEIGHT:.1f}"

    shapes = [
        Markup('<line x1="0" x2="100%" y1="{0}" y2="{0}" class="r-grid"/>').format(y(value))
        for value, _ in steps
        if value
    ]
    slot = Decimal(100) / len(found)
    for n, column in enumerate(found):
        above, below = ZERO, ZERO
        left, wide = n * slot + slot / 5, slot * 3 / 5 / (len(column.parts) if beside else 1)
        for place, part in enumerate(column.parts):
            if not part.amount:
                continue
            start = ZERO if beside else above if part.amount > 0 else below
            end = start + part.amount
            top = y(max(start, end))
            height = f"{abs(part.amount) / (high - low) * HEIGHT:.1f}"
            shapes.append(
                Markup(
                    '<rect x="{:.2f}%" width="{:.2f}%" y="{}" height="{}" class="{}"><title>{}</title></rect>'
                ).format(left + wide * place * beside, wide, top, height, part.classes, part.label)
            )
            if part.amount > 0:
                above = end
            else:
                below = end
        style = "r-name" if (len(found) - 1 - n) % 3 == 0 else "r-name r-name--wide"
        shapes.append(
            Markup('<text x="{:.2f}%" y="{}" text-anchor="middle" class="{}">{}</text>').format(
                n * slot + slot / 2, HEIGHT + 26, style, column.name
            )
        )
    shapes.append(Markup('<line x1="0" x2="100%" y1="{0}" y2="{0}" class="r-axis"/>').format(y(ZERO)))
    plot = _picture("r-plot", HEIGHT + 32, name, title, description, shapes)
    texts = [
        Markup('<text x="100%" y="{}" text-anchor="end" dominant-baseline="middle">{}</text>').format(y(value), text)
        for value, text in steps
    ]
    width = 8 + 7 * max(len(text) for _, text in steps)
    scale = Markup('<svg class="r-scale" width="{}" height="{}" aria-hidden="true">{}</svg>').format(
        width, HEIGHT + 32, Markup("").join(texts)
    )
    return Markup('<div class="r-chart">{}{}</div>').format(scale, plot)


def scale(low: Decimal, high: Decimal) -> list[Decimal]:
    """Round values from at most `low` to at least `high`, three to seven of them, with zero among them.

    >>> [int(value) for value in scale(Decimal(-40), Decimal(310))]
    [-100, 0, 100, 200, 300, 400]
    """
    low, high = min(low, ZERO), max(high, ZERO)
    span = high - low or Decimal(1)
    power = Decimal(1).scaleb(span.adjusted() - 1)
    step = next(power * n for n in (1, 2, 5, 10, 20, 50) if power * n * 5 >= span)
    first = (low / step).to_integral_value("ROUND_FLOOR")
    last = (high / step).to_integral_value("ROUND_CEILING")
    return [step * n for n in range(int(first), int(max(last, first + 1)) + 1)]


def _percent(value: Decimal, whole: Decimal) -> str:
    return f"{value * 100 / whole:.2f}%"


def _rect(start: Decimal, width: Decimal, whole: Decimal, height: int, part: Part) -> Markup:
    return Markup('<rect x="{}" width="{}" y="0" height="{}" class="{}"><title>{}</title></rect>').format(
        _percent(start, whole), _percent(width, whole), height, part.classes, part.label
    )


def _picture(style: str, height: int, name: str, title: str, description: str, shapes: Sequence[Markup]) -> Markup:
    head = Markup(
        '<svg class="{0}" height="{1}" role="img" aria-labelledby="{2}-t {2}-d">'
        '<title id="{2}-t">{3}</title><desc id="{2}-d">{4}</desc>{5}</svg>'
    )
    return head.format(style, height, name, title, description, Markup("").join(shapes))
