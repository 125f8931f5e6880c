# The everyday words; each is one line of what it does.
.PHONY: setup build dev test lint format bench bench-spark install clean

PREFIX ?= /usr/local

setup:         ## install what the build needs
	tools/setup.sh
build: setup   ## build/bin/thalweg
	tools/build.sh release
dev: setup     ## debug build
	tools/build.sh dev
test:          ## everything that CI runs
	./test.sh
lint: setup    ## formatting and structure
	find src include apps bench examples tests -name '*.h' -o -name '*.cc' | xargs clang-format-14 --dry-run -Werror
	python3 tests/structure/check_structure.py
format:        ## rewrite all sources in the house format
	find src include apps bench examples tests -name '*.h' -o -name '*.cc' | xargs clang-format-14 -i
bench: build   ## ratios to hand-written loops
	bench/run.sh
bench-spark: build  ## side by side with Spark and DuckDB
	bench/spark/run.sh
install: build ## copy program, library, headers and CMake package to PREFIX
	cmake --install build/release --strip --prefix $(PREFIX)
clean:
	rm -rf build
