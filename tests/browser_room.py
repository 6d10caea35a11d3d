"""What the tests in a browser share: Chromium, pages that tell what went wrong on them, accessibility, and Fava."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cheroot.wsgi import Server
from fava.application import create_app

from site_room import ROOT, window

LEDGER = ROOT / "ledger"
EXTENSION = '2020-01-01 custom "fava-extension" "billtext.fava"\n'
PHONE = {"width": 390, "height": 844}
SCREEN = {"width": 1280, "height": 900}
# What is right is not asked for: to tell where it all stands takes axe longer than to look for what is wrong.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


@contextmanager
def opened(browser: Any, *, told: list[str], host: str, phone: bool = False) -> Iterator[Any]:
    """A page of its own in a browser.

    :param told: gets what goes wrong on it: errors, warnings, dialogs, and requests to other hosts than `host`
    """
    with window(browser) as page:
        page.set_viewport_size(PHONE if phone else SCREEN)
        page.emulate_media(color_scheme="light")
        page.on("pageerror", lambda error: told.append(f"error: {error}"))
        page.on("dialog", lambda dialog: told.append(f"dialog: {dialog.message}"))
        page.on("console", lambda said: told.append(said.text) if said.type in {"error", "warning"} else None)
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((host, "data:", "file:", "blob:"))
                else told.append(f"request: {request.url}")
            ),
        )
        page.on("response", lambda got: told.append(f"{got.status}: {got.url}") if got.status >= 400 else None)
        yield page


def paper(page: Any, *parts: str) -> list[str]:
    """Parts of a page, named by selectors, whose ink or ground is wrong when a dark browser prints them."""
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.emulate_media(media="print", color_scheme="dark")
    found: list[str] = page.evaluate(
        """parts => ["html", "body", ...parts].filter(part => {
            const style = getComputedStyle(document.querySelector(part));
            const onWhite = colour => {
                const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
                return 1 - a * (1 - (r + g + b) / 765);
            };
            return onWhite(style.backgroundColor) < 0.8 || onWhite(style.color) > 0.6 || style.colorScheme === "dark";
        })""",
        parts,
    )
    return found


def accessible(page: Any, part: str) -> list[str]:
    """What axe has to say against a part of a page, named by a selector."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, context=part, options=RULES)
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]} {node['failureSummary']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


@contextmanager
def fava(*ledgers: Path, **options: Any) -> Iterator[str]:
    """Fava itself, serving ledgers on a free port; yields the address of the first ledger."""
    app = create_app([str(path) for path in ledgers], load=True, **options)
    server = Server(("127.0.0.1", 0), app, numthreads=8)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        slug = app.test_client().get("/").headers["Location"].split("/")[1]
        yield f"http://127.0.0.1:{server.bind_addr[1]}/{slug}"
    finally:
        server.stop()
        thread.join(10)


def with_extension(directory: Path, text: str = "") -> Path:
    """A copy of the demo ledger, or a ledger of a text, with the extension; its top file."""
    path = directory / "main.beancount"
    if not text:
        shutil.copytree(LEDGER, directory, dirs_exist_ok=True)
        text = path.read_text("utf-8")
    directory.mkdir(exist_ok=True)
    known = "\n".join(each.read_text("utf-8") for each in directory.rglob("*.beancount"))
    path.write_text(text if "billtext.fava" in known + text else text + "\n" + EXTENSION, "utf-8")
    return path
