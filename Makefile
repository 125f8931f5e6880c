# The everyday words; each is one line of what it does.
.PHONY: setup build dev test asan tsan mutations demo-pyspark lint tidy format bench bench-spark bench-spark-stateful bench-connect compare-connect install wheel clean

PREFIX ?= /usr/local

setup:         ## install what the build needs
	tools/setup.sh
build: setup   ## build/bin/thalweg
	tools/build.sh release
dev: setup     ## debug build
	tools/build.sh dev
test:          ## everything that CI runs
	./test.sh
asan: setup    ## tests under AddressSanitizer and UndefinedBehaviorSanitizer, or only TESTS=<programs>
	tools/sanitize.sh asan $(TESTS)
tsan: setup    ## tests under ThreadSanitizer, or only TESTS=<programs>
	tools/sanitize.sh tsan $(TESTS)
bench-connect: build  ## Spark Connect side by side with Spark's server
	bench/connect/run.sh $(BENCH)
compare-connect: build  ## the programs of tests/connect on real Spark (SPARK=sc://... or an interpreter) and here
	build/connect-4.2/bin/python -W ignore tools/compare_connect.py $(SPARK)
demo-pyspark: build  ## an unmodified PySpark program: flights as a stream
	examples/connect/demo.sh
mutations: build  ## deliberate bugs, each of which the tests must catch (takes long)
	time python3 tests/mutations/run.py
lint: setup    ## formatting, structure and shell scripts
	find src include apps bench examples tests -name '*.h' -o -name '*.cc' | xargs clang-format-14 --dry-run -Werror
	python3 tests/structure/check_structure.py
	shellcheck .ci/run $$(git ls-files '*.sh')
tidy: build    ## clang-tidy over all sources, or over TIDY=<names of files or rooms>
	tools/tidy.py build/release $(TIDY)
format:        ## rewrite all sources in the house format
	find src include apps bench examples tests -name '*.h' -o -name '*.cc' | xargs clang-format-14 -i
bench: build   ## ratios to hand-written loops
	bench/run.sh
bench-spark: build  ## side by side with Spark and DuckDB
	bench/spark/run.sh
bench-spark-stateful: build  ## stateful queries side by side with Spark; sizes: BENCH="--rows 100000 ..."
	bench/spark/run.sh stateful $(BENCH)
wheel: build   ## build/wheel/thalweg-*.whl, the Python package with the program in it
	python3 tools/make_wheel.py build/release build/wheel
install: build ## copy program, library, headers and CMake package to PREFIX
	cmake --install build/release --strip --prefix $(PREFIX)
clean:
	rm -rf build
