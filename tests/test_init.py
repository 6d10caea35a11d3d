"""`billtext init`: a new ledger that checks clean, whole or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from billtext.ledger import load
from office import run_here


def init(*args: str, answers: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "billtext", "init", *args]
    done = subprocess.run(command, capture_output=True, text=True, input=answers, check=False)
    assert "Traceback" not in done.stderr
    return done


def check(main: Path) -> subprocess.CompletedProcess[str]:
    return run_here(["-f", str(main), "check", "--format", "json"])


@pytest.mark.parametrize(
    "options",
    [
        [
            "--name",
            "Fjordlys Elektro AS",
            "--country",
            "NO",
            "--org-number",
            "310000019",
            "--bank-account",
            "86011117947",
        ],
        ["--name", 'Å "quoted" \\ & <b>Sønn</b>', "--country", "NO"],
        ["--name", "Müller GmbH", "--country", "DE", "--vat-rate", "19", "--days", "30"],
        ["--name", "Online Retail Ltd", "--country", "GB", "--vat-rate", "0", "--start", "2010-01-01"],
        ["--name", "Yen KK", "--country", "JP", "--vat-rate", "10"],
    ],
    ids=lambda options: options[1],
)
def test_a_new_ledger_checks_clean(options: list[str], tmp_path: Path) -> None:
    """With billtext, and with bean-check."""
    done = init(str(tmp_path / "books"), *options, "--yes")
    assert done.returncode == 0, done.stderr
    main = tmp_path / "books" / "main.beancount"
    checked = check(main)
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])
    plain = subprocess.run(
        [Path(sys.executable).with_name("bean-check"), main], capture_output=True, text=True, check=False
    )
    assert (plain.returncode, plain.stderr) == (0, "")


def test_its_example_invoice_and_payment_check_clean(tmp_path: Path) -> None:
    """What the comments of a new ledger show as examples is right when the comment signs are taken away."""
    init(str(tmp_path / "books"), "--name", "Fjordlys Elektro AS", "--country", "NO", "--start", "2026-01-01", "--yes")
    books = tmp_path / "books"
    for path in (
        books / "customers" / "README.beancount",
        books / "invoices" / "2026.beancount",
        books / "payments" / "2026.beancount",
        books / "follow-up" / "2026.beancount",
    ):
        _, _, example = path.read_text("utf-8").partition("\n;\n")
        text = "\n".join(line.removeprefix("; ").replace("due: …", "due: 2026-01-15") for line in example.splitlines())
        path.with_name("2027.beancount").write_text(
            text.replace(";     ", "    ").replace(";   ", "  ") + "\n", "utf-8"
        )
    included = load.load(books / "main.beancount").options["include"]
    assert {str(path.relative_to(books)) for path in map(Path, included)} >= {
        f"{name}/2027.beancount" for name in ("customers", "invoices", "payments", "follow-up")
    }
    found = check(books / "main.beancount")
    assert json.loads(found.stdout) == []


def test_rates_of_law_begin_when_they_began(tmp_path: Path) -> None:
    """Older invoices can be imported with the VAT that held; a rate that is only given begins with the ledger."""
    for country, rate, wanted in (("NO", (), '2005-01-01 custom "vat" "S25"'),
                                  ("DE", ("--vat-rate", "19"), '2026-01-01 custom "vat" "S19"')):  # fmt: skip
        init(str(tmp_path / country), "--name", "X", "--country", country, *rate, "--start", "2026-01-01", "--yes")
        assert wanted in (tmp_path / country / "company.beancount").read_text("utf-8")


def test_it_asks_for_what_it_needs(tmp_path: Path) -> None:
    """Without --yes it asks; an empty answer leaves out what is not needed."""
    done = init(
        str(tmp_path / "books"), answers="Fjordlys Elektro AS\nNO\n310000019\n\nKaigata 4\n5003\nBergen\n\n\n\n"
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "books" / "company.beancount").read_text("utf-8")
    assert 'org-number: "310000019"' in text
    assert "vat-number" not in text


def test_it_asks_again_where_the_answer_is_wrong(tmp_path: Path) -> None:
    """A slip in one answer is told at once, and none of the others is lost."""
    answers = "Fjordlys Elektro AS\nXX\nno\n310000018\n310000019\n\n\n\n\nno mail\na@b.example\n\n\n"
    done = init(str(tmp_path / "books"), answers=answers)
    assert done.returncode == 0, done.stderr
    assert "'XX' is not a country" in done.stdout
    assert '`org-number: "310000018"` is not a valid organisation number' in done.stdout
    text = (tmp_path / "books" / "company.beancount").read_text("utf-8")
    assert ('org-number: "310000019"' in text, 'email: "a@b.example"' in text) == (True, True)


def test_abroad_it_asks_for_the_rate_of_vat(tmp_path: Path) -> None:
    """Norway's rates are known; without one a company elsewhere would charge none."""
    done = init(str(tmp_path / "books"), answers="Brown Ltd\nGB\n\n\n\n\n\n\n\n\nmuch\n20\n")
    assert done.returncode == 0, done.stderr
    assert 'custom "vat" "S20" 20' in (tmp_path / "books" / "company.beancount").read_text("utf-8")


def test_abroad_the_bank_account_is_of_that_country(tmp_path: Path) -> None:
    """Sweden's numbers are not checked as Norway's are: 5001-1234567 has eleven digits, but not its check digit."""
    done = init(str(tmp_path / "books"), "--country", "SE", answers="Y AB\n\n\n\n\n\n\n5001-1234567\n\n25\n")
    assert done.returncode == 0, done.stderr
    assert 'number: "5001-1234567"' in (tmp_path / "books" / "company.beancount").read_text("utf-8")
    assert json.loads(check(tmp_path / "books" / "main.beancount").stdout) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--country", "QQ"], "'QQ' is not a country"),
        (["--country", "qq", "--currency", "NOK"], "'QQ' is not a country"),
        (["--vat-rate", "abc"], "'abc' is not a percentage from 0 to 100"),
    ],
)
def test_it_asks_nothing_where_an_option_is_wrong(options: list[str], words: str, tmp_path: Path) -> None:
    done = init(str(tmp_path / "books"), *options, answers="X\nNO\n\n\n\n\n\n\n\n\n")
    assert (done.returncode, done.stdout, words in done.stderr) == (2, "", True)
    assert list(tmp_path.iterdir()) == []


def test_it_asks_nothing_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    done = init(str(tmp_path), answers="X\n")
    assert (done.returncode, done.stdout, "is not empty" in done.stderr) == (1, "", True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--name", "X", "--org-number", "310000018"], "is not a valid organisation number"),
        (["--name", "X", "--iban", "NO9386011117948"], "is not a valid IBAN"),
        (["--name", "X", "--email", "two@a.example, b@c.example"], "one e-mail address"),
        (["--name", "X", "--currency", "KRONER"], "KRONER"),
    ],
)
def test_wrong_details_make_no_ledger(options: list[str], words: str, tmp_path: Path) -> None:
    """Nothing is written, and the sentence says what was wrong."""
    done = init(str(tmp_path / "books"), *options, "--yes")
    assert done.returncode == 1
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rate", ["NaN", "Infinity", "101", "ti"])
def test_a_rate_that_is_no_percentage(rate: str, tmp_path: Path) -> None:
    """What is no number from 0 to 100 is wrong usage."""
    done = init(str(tmp_path / "books"), "--name", "X", "--vat-rate", rate, "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a percentage from 0 to 100" in done.stderr


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "mine.txt").write_text("mine", "utf-8")
    done = init(str(tmp_path / "books"), "--name", "X", "--yes")
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    assert [path.name for path in (tmp_path / "books").iterdir()] == ["mine.txt"]
