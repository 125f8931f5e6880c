#!/usr/bin/env bash
# Installs all that the build and the tests need: Debian packages (tools/packages.txt) and a Python
# virtual environment in the build tree (tools/python_packages.txt). Idempotent; as root or with
# sudo. What is there already is not touched.
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

venv="$root/build/venv"
stamp="$venv/.installed"
if ! cmp -s "$stamp" "$root/tools/python_packages.txt"; then
  say "making the Python environment build/venv"
  mkdir -p "$root/build"
  /usr/bin/python3 -m venv "$venv"
  grep -v '^#' "$root/tools/python_packages.txt" | "$venv/bin/pip" install -q --disable-pip-version-check \
    --no-deps -r /dev/stdin
  cp "$root/tools/python_packages.txt" "$stamp"
else
  say "Python environment: up to date"
fi
