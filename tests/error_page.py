"""Write `site/guide/errors.md` from `tests/errors`: run `python tests/error_page.py` after a change there.

Each kind of mistake with why it matters, the text that has it, and the words of the check.
"""

import re
from pathlib import Path

from billtext import errors
from billtext.rendering.escape import markdown

ROOT = Path(__file__).parent.parent
ERRORS = ROOT / "tests" / "errors"
PAGE = ROOT / "site" / "guide" / "errors.md"

HEAD = """\
# What the check tells

`billtext check`, and `bean-check` with the plugin `billtext_plugins.billing`, tell each mistake with its file,
its line and what to do.
Every kind of mistake stands here, with a piece of ledger that has it and the exact words of the check. Beancount
alone lets all of
these pass.

This page is made from `tests/errors`: each piece is part of a whole ledger there that can be run.

"""


def page() -> str:
    """The page as Markdown."""
    kinds = sorted(path.stem for path in ERRORS.glob("*.beancount"))
    index = "\n".join(f"- [{name}](#{name})" for name in kinds)
    return HEAD + index + "\n\n" + "\n".join(section(name) for name in kinds)


def section(name: str) -> str:
    """One kind of mistake."""
    ledger = (ERRORS / f"{name}.beancount").read_text("utf-8").splitlines()
    told = (ERRORS / f"{name}.txt").read_text("utf-8").splitlines()
    cls = getattr(errors, re.search(r"\((\w+)\)$", told[0])[1])  # type: ignore[index]
    why = " ".join((cls.__doc__ or "").split())
    comment = " ".join(
        line.lstrip("; ") for line in ledger[: next(i for i, text in enumerate(ledger) if not text.startswith(";"))]
    )
    lines = [f"## {name}", "", markdown(why), "", f"*{markdown(comment)}*", "", "```beancount"]
    lines += excerpt(ledger, [int(line.split(":")[1]) for line in told])
    lines += ["```", "", "```text", *told, "```", ""]
    return "\n".join(lines)


def excerpt(ledger: list[str], wrong: list[int]) -> list[str]:
    """The paragraphs of a ledger that have the wrong lines, counted from 1, each wrong line marked."""
    found: list[str] = []
    start = 0
    for end in [i for i, text in enumerate(ledger) if not text.strip()] + [len(ledger)]:
        paragraph = range(start + 1, end + 1)
        if any(line in paragraph for line in wrong):
            found += [""] if found else []
            found += [f"{ledger[n - 1]}{'    ; <-- here' if n in wrong else ''}" for n in paragraph]
        start = end + 1
    return found


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {page().count(chr(10) + '## ')} kinds of mistake")  # noqa: T201 - it is a script
