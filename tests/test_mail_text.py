"""What a mail says, in each language: its figures are the document's, and hostile names stay text."""

from dataclasses import replace
from pathlib import Path

import pytest

from billtext.model import Date
from billtext.rendering import language, mail_text
from billtext.rendering.language import Language
from billtext.rules import statements
from billtext.rules.core_invoice import Account, CoreInvoice
from conftest import Read
from einvoice_room import BUYER, GERMAN, KID, PAY, credit, invoice, line

TEMPLATES = Path(mail_text.__file__).parent / "templates" / "mail"


def said(one: CoreInvoice, name: str = "Ola Berg", own: str | None = None) -> mail_text.Words:
    return mail_text.document(one, name, lambda _: own)


def test_every_language_with_a_catalogue_has_its_mails() -> None:
    """And no other has one."""
    assert set(mail_text.LANGUAGES) == {"en", *language.languages()}
    names = {path.name for path in TEMPLATES.iterdir()}
    assert names == {f"{kind}.{code}.md" for kind in ("document", "statement") for code in mail_text.LANGUAGES}


@pytest.mark.parametrize(
    ("code", "subject", "pay"),
    [
        ("en", "Invoice 2026-0001 from Fjordlys Elektro AS", "Amount to pay: 1,250.00 NOK"),
        ("nb", "Faktura 2026-0001 fra Fjordlys Elektro AS", "Å betale: 1 250,00 NOK"),
        ("nn", "Faktura 2026-0001 frå Fjordlys Elektro AS", "Å betale: 1 250,00 NOK"),
        ("sv", "Faktura 2026-0001 från Fjordlys Elektro AS", "Att betala: 1 250,00 NOK"),
        ("da", "Faktura 2026-0001 fra Fjordlys Elektro AS", "Til betaling: 1.250,00 NOK"),
        ("de", "Rechnung 2026-0001 von Fjordlys Elektro AS", "Zu zahlen: 1.250,00 NOK"),
        ("fr", "Invoice 2026-0001 from Fjordlys Elektro AS", "Amount to pay: 1,250.00 NOK"),
    ],
)
def test_an_invoice_in_each_language(code: str, subject: str, pay: str) -> None:
    """1000.00 and 25 % VAT are 1250.00; the number is written as the language does, and a language of none is English.

    Norwegian and Swedish part thousands with a space, Danish and German with a point (CLDR).
    """
    words = said(invoice(line("1000.00"), language=code))
    assert words.subject == subject
    assert f"- {pay}\n" in words.text
    assert f"<li>{pay}</li>" in words.html
    assert KID in words.text


@pytest.mark.parametrize("code", mail_text.LANGUAGES)
def test_a_credit_note_asks_for_no_money(code: str) -> None:
    """It names the invoice that it corrects, and neither an account nor a due date."""
    note, bill = said(credit(line("1000.00"), language=code)), said(invoice(line("1000.00"), language=code))
    assert note.subject.startswith(Language(code)("Credit note") + " K2026-0001")
    assert "2026-0001" in note.text.replace("K2026-0001", "")
    assert "NO93 8601 1117 947" not in note.text
    assert "NO93 8601 1117 947" in bill.text
    assert any(f": {amount} NOK\n" in note.text for amount in ("1,250.00", "1.250,00", "1 250,00"))


@pytest.mark.parametrize("code", mail_text.LANGUAGES)
def test_a_name_stays_text(code: str) -> None:
    """Mark-up, templates, line breaks and marks that turn the text around are shown or left out, never obeyed."""
    evil = "A\nBcc: x@evil.example <script>alert(1)</script> {{ 7*7 }} [x](http://evil.example) \u202e*b*"
    words = said(invoice(line(), language=code, buyer=replace(BUYER, name=evil), number="1\r\nBcc: y"), evil)
    assert "\n" not in words.subject
    assert "\r" not in words.subject
    assert "\u202e" not in words.subject + words.text + words.html
    assert "<script" not in words.html
    assert "<a " not in words.html
    assert "<em>" not in words.html
    assert "49" not in words.html
    assert "\nBcc:" not in words.text


def test_a_template_of_the_ledger_reaches_no_python() -> None:
    """A template is data of the ledger: it gets the document's values and nothing of the program."""
    endless = "{% for x in range(10**9) %}{% endfor %}"
    large = ("{{ 'x' * 10**10 }}", "{{ 9 ** 9 ** 9 }}", "{{ '%9999999999d' % 1 }}", "{{ 'x'.center(10**10) }}",
             "{{ 'x'|center(99999999999) }}", "{{ '%9999999999d'|format(1) }}")  # fmt: skip
    for bad in ("{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__ }}", endless, "{{ 1 / 0 }}", "{% if %}",
                "{% include '/etc/passwd' %}", "{% import 'x' as y %}", *large):  # fmt: skip
        with pytest.raises(mail_text.Refused, match=r"document\.en\.md"):
            said(invoice(line()), own=f"Subject: x\n\n{bad}\n")
    with pytest.raises(mail_text.Refused, match="does not begin with `Subject:`"):
        said(invoice(line()), own="Hello\n\nworld\n")


@pytest.mark.parametrize("code", mail_text.LANGUAGES)
def test_a_template_of_the_ledger_in_each_language(code: str) -> None:
    """The ledger's takes the place of ours for its language and kind alone; text and HTML come from it."""
    asked = []

    def own(name: str) -> str | None:
        asked.append(name)
        text = "Subject: {{ number }}!\n\n# {{ company }}\n\n{{ name|upper }} | {{ due|default('-', true) }}\n"
        return text if name == f"document.{code}.md" else None

    words = mail_text.document(invoice(line("1000.00"), language=code), "A *b* <i>", own)
    assert (words.subject, asked) == ("2026-0001!", [f"document.{code}.md"])
    assert words.text.startswith("# Fjordlys Elektro AS\n\nA *B* <I> | ")
    assert "<h1>Fjordlys Elektro AS</h1>\n<p>A *B* &lt;I&gt; | " in words.html
    assert f'<html lang="{code}">' in words.html


def test_a_language_without_its_own_reads_the_nearest_of_the_ledgers() -> None:
    """Ours in the same language is nearer than the ledger's in another; a language that we have not reads English."""
    nb = "Subject: egen {{ number }}\n\nHei\n"
    words = mail_text.document(invoice(line(), language="nn"), "", lambda name: nb if ".nb." in name else None)
    assert words.subject == "Faktura 2026-0001 frå Fjordlys Elektro AS"
    en = "Subject: own {{ number }}\n\nHello\n"
    words = mail_text.document(invoice(line(), language="fr"), "", lambda name: en if ".en." in name else None)
    assert words.subject == "own 2026-0001"
    fr = "Subject: Facture {{ number }}\n\n{{ date }}\n"
    words = mail_text.document(invoice(line(), language="fr"), "", lambda name: fr if ".fr." in name else None)
    assert words.subject == "Facture 2026-0001"


def test_who_pays_from_abroad_is_told_the_iban() -> None:
    """A Norwegian pays to the account's number; a German bank knows none but the IBAN."""
    both = replace(PAY, accounts=(Account(number="86011117947", iban="NO9386011117947"),))
    assert "- Account: 8601 11 17947\n" in said(invoice(line(), payment=both)).text
    assert (
        "- Auf das Konto: NO93 8601 1117 947\n" in said(invoice(line(), payment=both, buyer=GERMAN, language="de")).text
    )


def test_a_statement_tells_each_currency(read: Read) -> None:
    """One line for each balance, in the customer's language, with the month in words."""
    book = read(
        """
        2020-01-01 custom "company" "Fjordlys Elektro AS"
          currency: "NOK"
        2020-01-01 custom "customer" "C1"
          name: "Müller GmbH"
        2020-01-01 open Assets:Receivable:C1
        2020-01-01 open Income:Sales
        2026-10-05 * "Müller GmbH" "Lamps" ^2026-0001
          invoice: "2026-0001"
          due: 2026-10-19
          Assets:Receivable:C1   1250.00 NOK
          Income:Sales          -1250.00 NOK
        """
    )
    report = statements.report(book, "C1", Date(2026, 10, 1), Date(2026, 10, 31))
    words = mail_text.statement(report, "", "Fjordlys Elektro AS", "de", lambda _: None)
    assert words.subject == "Kontoauszug Oktober 2026 von Fjordlys Elektro AS"
    assert "Guten Tag Müller GmbH,\n" in words.text
    assert "- Saldo am 31.10.2026: 1.250,00 NOK\n" in words.text
    assert '<html lang="de">' in words.html
