#!/usr/bin/env bash
# Builds tests with a sanitizer and runs them: sanitize.sh asan|tsan [TEST...], where asan is
# AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer together. Without names those tests
# that are worth it. Fails if a test fails or a sanitizer reports anything.
#
# Reports that are not ours are left out by tests/sanitizers/*.txt, each with its reason.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
kind="${1:-}"
shift || true
lists="$root/tests/sanitizers"
cd "$root"

case "$kind" in
  asan)
    tests=(base_test types_test formats_test connectors_test functions_test state_test exec_test
      stream_test api_test scenario_test sql_corpus_test fault_campaign_test)
    # A variable that is used after its block is found, too.
    export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1"
    export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
    export LSAN_OPTIONS="suppressions=$lists/leaks.txt:print_suppressions=0"
    ;;
  tsan)
    # What runs on one thread only has nothing to show here.
    tests=(state_test exec_test stream_test scenario_test fault_campaign_test)
    # Arrow's and RocksDB's libraries are not instrumented: what they lock and count is not seen.
    # So are the allocators that Arrow brings: one thread's buffer that becomes another's would be a
    # race. The system's is seen.
    export ARROW_DEFAULT_MEMORY_POOL=system
    export TSAN_OPTIONS="ignore_noninstrumented_modules=1:second_deadlock_stack=1:suppressions=$lists/threads.txt"
    ;;
  *)
    printf 'usage: %s asan|tsan [TEST...]\n' "$0" >&2
    exit 2
    ;;
esac
if [ "$#" -gt 0 ]; then tests=("$@"); fi

arguments_of() {
  case "$kind/$1" in
    */fault_campaign_test) printf -- '--seed 1 --runs 60' ;;
    tsan/scenario_test) printf -- '--gtest_filter=*four_workers*:*on_disk*' ;;
  esac
}

"$root/tools/build.sh" "$kind" "${tests[@]}"
failed=()
for test in "${tests[@]}"; do
  read -ra arguments <<<"$(arguments_of "$test")"
  printf '[%s] %s %s\n' "$kind" "$test" "${arguments[*]}"
  log="$root/build/$kind/$test.log"
  "$root/build/$kind/tests/$test" "${arguments[@]}" >"$log" 2>&1 || failed+=("$test")
done
for test in "${failed[@]}"; do
  printf '[%s] %s failed: build/%s/%s.log\n' "$kind" "$test" "$kind" "$test"
  grep -m 20 -E 'SUMMARY|runtime error|\[  FAILED  \]' "$root/build/$kind/$test.log" || true
done
test "${#failed[@]}" -eq 0
