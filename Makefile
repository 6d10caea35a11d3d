# `make demo` and `make test` do all of their own set-up: the environment is made from constraints.txt.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= python3
DEMO := ledger/main.beancount
DAY := 2026-11-24
MONTH := 2026-10
DESK := $(BIN)/billtext -f demo-desk/main.beancount

# As with any installed package, Python keeps what it has compiled: else each command would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test fuzz lint coverage check bench serve constraints clean

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip check --disable-pip-version-check
	@touch $@

demo: $(READY)
	@echo "== The demo ledger: Fjordlys Elektro AS"
	$(BIN)/billtext -f $(DEMO) check
	@echo
	@echo "== Who owes what on $(DAY)"
	$(BIN)/billtext -f $(DEMO) aging --as-of $(DAY)
	@echo
	@echo "== All statements of $(MONTH)"
	$(BIN)/billtext -f $(DEMO) statement --all --month $(MONTH) --out statements
	@echo
	@echo "== The documents of the month, as PDF with the e-invoice inside and as EHF, and what the rules say of them"
	$(BIN)/billtext -f $(DEMO) render --month $(MONTH) --as facturx --out papers
	$(BIN)/billtext -f $(DEMO) render --month $(MONTH) --as ubl --out papers
	$(BIN)/billtext validate papers/*.pdf papers/*.xml
	@echo
	@echo "== The site"
	$(BIN)/billtext -f $(DEMO) site build --as-of $(DAY)
	@echo
	@echo "== A morning at the billing desk, on a copy of the ledger in demo-desk/"
	@rm -rf demo-desk && cp -R ledger demo-desk
	$(DESK) draft list --as-of $(DAY)
	$(DESK) invoice new C00017 --item CONS-SR 8 --line "Travel" 1 450.00 S25 --text "Consulting, November" \
	  --delivery 2026-11-23 --date $(DAY)
	$(DESK) issue --all --date $(DAY)
	$(DESK) credit 2026-0075 --line 1 --quantity 2 --reason "hours billed twice" --date $(DAY)
	$(DESK) issue credit-2026-0075 --date $(DAY)
	$(DESK) pay C00017 20000.00 --date $(DAY)
	@echo
	@echo "== The post goes: e-invoices and, since the demo has no mail server, mails lie in demo-desk/outbox"
	$(DESK) send --due --at $(DAY)T10:00
	$(BIN)/billtext validate demo-desk/outbox/ehf/*.xml
	$(DESK) outbox --as-of $(DAY)
	$(DESK) archive verify
	@echo
	@echo "== The month is closed, and nothing was changed after it was issued"
	$(DESK) close 2026-10 --date $(DAY)
	$(DESK) verify
	$(DESK) check
	@echo
	@echo "One of each that went to a customer:"
	@for file in demo-desk/documents/Assets/Receivable/*/*.pdf; do echo "  PDF        $$file"; break; done
	@for file in demo-desk/outbox/ehf/*.xml; do echo "  e-invoice  $$file"; break; done
	@for file in demo-desk/outbox/mail/*.eml; do echo "  mail       $$file"; break; done
	@echo
	@echo "Look next at:"
	@echo "  public/index.html                        the site"
	@echo "  make serve                               the receivables in Fava, at http://127.0.0.1:5000/"
	@echo "  statements/                              a statement for each customer"
	@echo "  papers/                                  PDF and e-invoice of each document of $(MONTH)"
	@echo "  ledger/invoices/2026.beancount           invoices as a bookkeeper writes them"
	@echo "  diff -r ledger demo-desk                 what the billing desk wrote this morning"
	@echo "  $(BIN)/billtext --help                  everything else"

# `make test COV="--cov --cov-report="` keeps what `make coverage` then tells, so that CI runs the suite once.
test: $(READY)
	$(BIN)/python -m pytest -q -n 2 --dist worksteal $(COV)

# `make test` takes the same random examples every time; this takes others, so run it now and then.
fuzz: $(READY)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q -n 2 --dist worksteal -m hypothesis

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

coverage: $(READY)
	$(BIN)/coverage report --fail-under=95

check: lint
	$(MAKE) test COV="--cov --cov-report="
	$(MAKE) coverage

bench: $(READY)
	$(BIN)/python -m bench

serve: $(READY)
	$(BIN)/fava $(DEMO)

constraints:
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-trusted-host --no-emit-find-links --no-header --extra dev --extra keyring --extra bench -o constraints.txt pyproject.toml

clean:
	rm -rf $(VENV) public statements papers demo-desk site/receivables bench/work
