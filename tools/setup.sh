#!/usr/bin/env bash
# Installs all that the build and the tests need: Debian packages (tools/packages.txt) and Python
# virtual environments in the build tree (tools/python_packages.txt, tools/worker_packages.txt and
# tests/connect/requirements-*.txt). Idempotent; as root or with sudo. What is there already is not
# touched.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"

say() { printf '[setup] %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing=()
while read -r package; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done < <(grep -v '^#' "$root/tools/packages.txt")
if [ "${#missing[@]}" -gt 0 ]; then
  say "installing Debian packages: ${missing[*]}"
  as_root apt-get update -q >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    "${missing[@]}" >/dev/null
else
  say "Debian packages: all installed"
fi

# make_environment NAME LIST OPTION...: the virtual environment build/NAME with the packages that the
# file LIST of the tree names, installed with the options of pip.
make_environment() {
  local venv="$root/build/$1" list="$root/$2"
  if cmp -s "$venv/.installed" "$list"; then
    say "Python environment $1: up to date"
    return
  fi
  say "making the Python environment build/$1"
  mkdir -p "$root/build"
  /usr/bin/python3 -m venv "$venv"
  grep -v '^#' "$list" | "$venv/bin/pip" install -q --disable-pip-version-check "${@:3}" -r /dev/stdin
  cp "$list" "$venv/.installed"
}

make_environment venv tools/python_packages.txt --no-deps
make_environment worker-venv tools/worker_packages.txt --no-deps
# Workers need no JVM.
rm -rf "$root"/build/worker-venv/lib/python3*/site-packages/pyspark/jars
# The clients of the tests of the Spark Connect server.
for version in 4.0 4.2; do
  make_environment "connect-$version" "tests/connect/requirements-$version.txt"
done
