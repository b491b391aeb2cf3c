# Two commands matter: `make study` and `make test`. Each sets up everything it needs.
# Python keeps what it has parsed in .venv even where it was told not to: else each command parses it all again, 4 s.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: study test check lint types law bench bench-peers audit-zoo honesty lock clean setup
setup:
	@scripts/setup
study: setup
	@.venv/bin/tradewright study run examples/momentum.toml
test: setup
	@.venv/bin/python -m pytest
lint: setup
	@.venv/bin/ruff check .
types: setup
	@.venv/bin/mypy
law: setup
	@.venv/bin/lint-imports --no-cache
check: lint types law test
lock: setup
	@scripts/lock
bench: setup
	@.venv/bin/python -m benchmarks
bench-peers: setup
	@scripts/bench-peers
audit-zoo: setup
	@cd tests/causality && ../../.venv/bin/python -m leak_zoo
# Stops and goes on as it likes: HONESTY="--searches 200 --family normal" and the like choose what is measured.
honesty: setup
	@.venv/bin/python -m benchmarks.honesty $(HONESTY)
clean:
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache
