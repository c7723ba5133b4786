# closedform: derive a formula from its integral, check every step, compile the last line.
#
#   make kernels     the main job, and the first thing to type after a clone
#   make help        everything else
#
# Needs python3 (3.11 or newer; another one with `make PYTHON=python3.13`) and, for compiled kernels, a C compiler.
# Every target sets up .venv by itself and repeats only what a changed file makes necessary.

SHELL  := /bin/sh
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What `make latex` prints.
THEOREM ?= kl_normal

SOURCES := $(sort $(shell find derive codegen generated -name __pycache__ -prune -o -type f -print))
NATIVE  := $(filter generated/c/% codegen/cmake/%,$(SOURCES))

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: always accuracy accuracy-full accuracy-peers figures bench-kernels bench-matrices help instructions kernels sanitize test test-slow test-browser latex book bench check-generated lint types wheel clean

help: ## print this list
	@echo "closedform: from an integral to a kernel"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target text; do \
	    printf '  make %-16s %s\n' "$$target" "$$text"; done

# ---- the main job

kernels: $(VENV)/.installed ## derive, check, generate and compile the kernels, and show one at work
	@$(BIN)/closedform show kl_normal
	@$(MAKE) --no-print-directory $(VENV)/.generated
	@$(MAKE) --no-print-directory $(VENV)/.installed
	@$(BIN)/python -m closedform.generated

$(VENV)/.checked: $(filter derive/%,$(SOURCES)) $(VENV)/.files
	@$(BIN)/closedform check
	@touch $@

$(VENV)/.generated: $(SOURCES) $(VENV)/.checked
	@$(BIN)/closedform generate
	@touch $@

# ---- the environment

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "closedform needs Python 3.11 or newer; $(PYTHON) is older or missing. Try: make PYTHON=python3.13"; exit 1; }
	@echo "Setting up $(VENV) (once; installing takes a minute or two)"
	@$(PYTHON) -m venv $(VENV) || { \
	    echo "$(PYTHON) cannot create environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

# The build runs inside .venv, not in an isolated environment, so that a second build compiles only what changed.
$(VENV)/.build-tools: pyproject.toml $(VENV)/.created
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	    > $(VENV)/build-requirements.txt
	@$(PIP) install -r $(VENV)/build-requirements.txt 'cmake>=3.26' 'ninja>=1.11'
	@touch $@

# The list of source files, written anew only when a file was added or removed.
$(VENV)/.files: $(VENV)/.build-tools always
	@printf '%s\n' $(SOURCES) | cmp -s - $@ || printf '%s\n' $(SOURCES) > $@

# With a compiler and Python's headers at hand, C that does not compile is an error; without them it is no kernels.
$(VENV)/.installed: pyproject.toml $(NATIVE) $(VENV)/.files
	@echo "Installing closedform in $(VENV)"
	@include=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	if echo '#include <Python.h>' | $(CC) -I"$$include" -fsyntax-only -x c - 2> $(VENV)/compiler.log; then \
	    CLOSEDFORM_REQUIRE_KERNELS=1; export CLOSEDFORM_REQUIRE_KERNELS; \
	else \
	    echo "No C compiler ($(CC)) that finds Python.h: the NumPy twins will be used (see $(VENV)/compiler.log)."; \
	fi; \
	$(PIP) install --no-build-isolation --config-settings=build-dir=build --editable .
	@touch $@

$(VENV)/.tested: pyproject.toml $(VENV)/.installed
	@$(PIP) install 'closedform[test]'
	@touch $@

# mypy does not follow an editable install: it reads the three folders through links, under their real names.
.typing/closedform: Makefile
	@mkdir -p $@
	@for folder in derive codegen generated; do ln -sfn ../../$$folder $@/$$folder; done
	@touch $@

# ---- checks, the same words here and in .ci/run

# A process a processor already: more threads in each would wait for one another.
test: $(VENV)/.tested ## run all tests but the slow ones
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/pytest -n auto

test-slow: $(VENV)/.tested ## build and install every kind of distribution in fresh environments
	$(BIN)/pytest -m slow

test-browser: book tests/browser/node_modules/.installed ## open the book in Chromium, headless: folding, copying, links, access
	node --test --test-reporter=spec tests/browser

tests/browser/node_modules/.installed: tests/browser/package-lock.json
	@command -v node > /dev/null && command -v npm > /dev/null || { \
	    echo "make test-browser needs Node.js 20 or newer with npm; on Debian and Ubuntu: apt install nodejs npm"; exit 1; }
	@cd tests/browser && npm ci --no-audit --no-fund --loglevel=error
	@command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null || { \
	    echo "Installing Chromium"; apt-get update -qq && apt-get install -y -qq chromium > /dev/null; } || { \
	    echo "make test-browser needs Chromium; on Debian and Ubuntu: apt install chromium"; exit 1; }
	@touch $@

lint: $(VENV)/.tested ## check the style of every Python file
	$(BIN)/ruff check .

types: $(VENV)/.tested .typing/closedform ## check the types
	$(BIN)/mypy

# Twice: the files must not depend on the order in which Python hashes names.
check-generated: $(VENV)/.installed ## fail if generated/ differs from what the derivations give
	PYTHONHASHSEED=1 $(BIN)/closedform generate --check
	PYTHONHASHSEED=2 $(BIN)/closedform generate --check

# ---- things to look at

latex: $(VENV)/.installed ## print a derivation in LaTeX: make latex THEOREM=kl_mvn
	@$(BIN)/closedform show $(THEOREM) --as latex

book: $(VENV)/.installed ## write the book of derivations, pages to read in a browser: build/book/index.html
	@$(BIN)/closedform book --out build/book

figures: $(VENV)/.tested ## draw the picture that README shows: what is lost where two laws nearly agree
	@PYTHONPATH=tests $(BIN)/python -m full_covariance.picture

accuracy: $(VENV)/.tested ## print how many units in the last place the kernels are off
	@PYTHONPATH=tests $(BIN)/python tests/accuracy.py
	@PYTHONPATH=tests $(BIN)/python -m full_covariance.table

accuracy-full: $(VENV)/.tested ## the same for every float32, on each instruction set (some minutes)
	@for set in baseline avx2 avx512; do CLOSEDFORM_SIMD=$$set PYTHONPATH=tests $(BIN)/python tests/accuracy.py --every 1 || exit 1; done

instructions: $(VENV)/.tested ## count the instructions per element of the kernels, with valgrind
	@command -v valgrind > /dev/null || { apt-get -qq update && apt-get -qq install -y valgrind > /dev/null; }
	@$(BIN)/python tests/benchmarks/instructions.py

sanitize: $(VENV)/.tested ## fuzz the C under the address and undefined-behaviour sanitizers
	@$(BIN)/pytest -q -m 'slow or not slow' tests/test_generated/test_sanitizers.py

# The others that the kernels are compared with stay out of .venv, which the tests use.
BENCH := .venv-bench
$(BENCH)/.created: pyproject.toml $(NATIVE) $(VENV)/.tested
	@test -x $(BENCH)/bin/python || { $(PYTHON) -m venv $(BENCH) && $(BENCH)/bin/python -m pip -q install numpy scipy; }
	@for peer in torch==2.13.0 jax numba; do \
	    $(BENCH)/bin/python -m pip -q install $$peer || echo "$$peer cannot be installed here: left out"; done
	@rm -rf build/bench && $(BIN)/python -m pip -q wheel --no-deps --no-build-isolation --config-settings=build-dir=build/bench/cmake \
	    --wheel-dir build/bench .
	@$(BENCH)/bin/python -m pip -q install --no-deps --force-reinstall build/bench/*.whl
	@touch $@

accuracy-peers: $(BENCH)/.created ## print how accurate full covariance is, with PyTorch itself beside the formulas
	@PYTHONPATH=tests $(BENCH)/bin/python -m full_covariance.table

bench-kernels: $(BENCH)/.created ## time the kernels beside torch, jax, numba and NumPy (a quarter of an hour)
	@cd build && ../$(BENCH)/bin/python ../tests/benchmarks/peers.py

bench-matrices: $(BENCH)/.created ## time the kernels of full covariance beside torch and SciPy (five minutes)
	@cd build && env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE ../$(BENCH)/bin/python ../tests/benchmarks/matrices.py

bench: bench-kernels bench-matrices $(VENV)/.tested ## time commands and kernels
	$(BIN)/pytest tests/benchmarks --override-ini='python_files=bench_*.py' --benchmark-enable --benchmark-only

wheel: $(VENV)/.tested ## build the source distribution and, from it, the wheel
	$(BIN)/python -m build --no-isolation

clean: ## remove everything that make made
	rm -rf $(VENV) .typing build dist tests/browser/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	find derive codegen generated tests -name __pycache__ -prune -exec rm -rf {} +
