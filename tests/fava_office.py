"""A small billing office that is shown in Fava: requests as a browser sends them, without a browser."""

import html
import re
from pathlib import Path
from typing import Any

from fava.application import create_app
from werkzeug.test import TestResponse

from office import Office

EXTENSION = '2020-01-01 custom "fava-extension" "billtext.fava"\n'
WRITE = '2020-01-01 custom "billtext-option" "fava-write" TRUE\n'
BROWSER = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

INVOICES = """\
2026-03-01 open Assets:Receivable:C1
2026-03-01 open Assets:Receivable:C2

2026-03-02 * "Nordlys Interiør AS" "Consulting, February" ^2026-0001
  invoice: "2026-0001"
  due: 2026-03-16
  Assets:Receivable:C1   1250.00 NOK
  Income:Sales          -1000.00 NOK
    vat: "S25"
  Liabilities:VAT:S25    -250.00 NOK
    vat: "S25"

2026-04-01 * "Nordlys Interiør AS" "Consulting, March" ^2026-0002
  invoice: "2026-0002"
  due: 2026-04-15
  Assets:Receivable:C1   2500.00 NOK
  Income:Sales          -2000.00 NOK
    vat: "S25"
  Liabilities:VAT:S25    -500.00 NOK
    vat: "S25"

2026-05-04 * "Müller GmbH" "Lamps" ^2026-0003
  invoice: "2026-0003"
  due: 2026-05-18
  Assets:Receivable:C2    100.00 EUR @ 11.50 NOK
  Income:Sales           -100.00 EUR @ 11.50 NOK
    vat: "Z0"
"""

PAYMENTS = """\
2026-05-10 * "Nordlys Interiør AS" "Bank giro"
  payment: "B2026-0001"
  method: "bank"
  Assets:Bank            1000.00 NOK
  Assets:Receivable:C1  -1000.00 NOK
"""

DRAFT = """\
2026-06-01 ! "Consulting, May"
  invoice:
  customer: "C1"
  Income:Sales
    item: "CONS"
    quantity: 3
"""


class FavaOffice(Office):
    """A ledger in a directory, as Fava shows it."""

    def __init__(self, root: Path, *, more: str = EXTENSION + WRITE, **how: Any) -> None:
        super().__init__(root)
        for name, text in (("invoices", INVOICES), ("payments", PAYMENTS)):
            (root / name / "2026.beancount").write_text(text, "utf-8")
        self.draft("nordlys", DRAFT)
        with (root / "company.beancount").open("a", encoding="utf-8") as file:
            file.write(f"\n{more}")
        self.start(**how)

    def start(self, *others: Path, **how: Any) -> None:
        """Start Fava."""
        self.app = create_app([self.main, *others], **how)
        self.client = self.app.test_client()
        self.base = "/fjordlys-elektro-as/extension/Receivables/"

    def ask(self, page: str = "", endpoint: str = "", **query: Any) -> TestResponse:
        """Ask for a page."""
        wanted = {**({"page": page} if page else {}), **query}
        return self.client.get(f"{self.base}{endpoint}", query_string=wanted)

    def shown(self, page: str = "", **query: Any) -> str:
        """The page, without what Fava puts around it."""
        answer = self.ask(page, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return section(answer)

    def token(self, page: str) -> str:
        """The token of a form."""
        return token_of(self.shown(page))

    def send(
        self,
        page: str,
        typed: dict[str, Any],
        *,
        token: str | None = None,
        headers: dict[str, str] = BROWSER,
        **query: Any,
    ) -> TestResponse:
        """Send a form, as its page is now."""
        given = {"token": self.token(page) if token is None else token, **typed}
        return self.client.post(f"{self.base}act", query_string={"page": page, **query}, data=given, headers=headers)

    def follow(self, answer: TestResponse) -> str:
        """The page to which an answer leads."""
        assert answer.status_code == 303, section(answer)
        return section(self.client.get(answer.headers["Location"]))


def token_of(page: str) -> str:
    """The token of the form on a page."""
    found = re.search(r'name="token" value="(\w+)"', page)
    assert found, page
    return found[1]


def section(answer: TestResponse) -> str:
    """Our part of a page."""
    text = answer.get_data(as_text=True)
    return text[text.index('<section class="bt"') : text.index("</section>")]


def sentence(answer: TestResponse | str, role: str = "alert") -> str:
    """What a page says above all else, as text."""
    text = answer if isinstance(answer, str) else section(answer)
    found = re.search(rf'<p[^>]* role="{role}">(.*?)</p>', text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", found[1])).replace("\N{NO-BREAK SPACE}", " ") if found else ""
