#!/usr/bin/env bash
# Compiles the Java or Scala programs with Maven, unless that was done for these very sources.
# usage: build_jvm.sh java|scala DIRECTORY
# DIRECTORY gets the classes, and classpath.txt with what they need. Maven's repository lies beside it.
set -euo pipefail
language="$1"
mkdir -p "$2"
directory="$(cd "$2" && pwd)"
cd "$(dirname "$0")/$language"
sum="$(find pom.xml src -type f | sort | xargs sha256sum)"
if [ "$(cat "$directory/built" 2>/dev/null)" = "$sum" ] && [ -f "$directory/classpath.txt" ]; then
  echo "[$language] up to date"
  exit 0
fi
mvn -q -B -ntp -Dmaven.repo.local="$(dirname "$directory")/maven" -Doutput="$directory" \
  compile dependency:build-classpath -Dmdep.outputFile="$directory/classpath.txt"
printf '%s\n' "$sum" >"$directory/built"
