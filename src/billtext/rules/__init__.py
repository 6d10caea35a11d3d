"""The rules floor: pure functions over the model. `book.build` puts them together."""
