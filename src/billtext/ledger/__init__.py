"""The ledger floor: `load` calls Beancount, `read` turns entries into the model, `write` turns the model into text."""
