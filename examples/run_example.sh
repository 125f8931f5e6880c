#!/usr/bin/env bash
# Runs an example on small data and looks for a line of its output.
# usage: run_example.sh PROGRAM DIRECTORY EXPECTED
# DIRECTORY is made anew: text/, lines/, events/, customers.csv, flights/ and airports.csv lie in it.
set -euo pipefail
program="$1"
directory="$2"
expected="$3"
rm -rf "$directory"
mkdir -p "$directory/text" "$directory/lines" "$directory/events" "$directory/flights"

echo "to be or not to be" >"$directory/text/1.txt"
echo '{"ts":"2024-01-01T00:00:10Z","line":"to be or not to be"}
{"ts":"2024-01-01T00:02:00Z","line":"that is the question"}' >"$directory/lines/1.json"

echo '{"ts":"2024-01-01T00:00:10Z","customer":"ann","amount":5.5}
{"ts":"2024-01-01T00:00:40Z","customer":"ann","amount":14.5}' >"$directory/events/1.json"
echo '{"ts":"2024-01-01T00:02:00Z","customer":"bob","amount":7.0}' >"$directory/events/2.json"
touch -d "2024-01-01 00:00:00" "$directory/events/1.json"
touch -d "2024-01-01 00:00:01" "$directory/events/2.json"
printf 'customer,city\nann,Oslo\n' >"$directory/customers.csv"

header="year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier"
header="$header,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour"
rest="11.0,UA,1,N1,EWR,IAH,100.0,1400.0"
echo "$header
2013,1,1,517,515,2.0,830,819,$rest,5,15,2013-01-01T10:00:00Z
2013,1,1,533,529,4.0,850,830,$rest,5,29,2013-01-01T10:00:00Z
2013,1,1,1000,1000,0.0,1200,1200,$rest,10,0,2013-01-01T15:00:00Z" >"$directory/flights/1.csv"
echo 'faa,name,lat,lon,alt,tz,dst,tzone
EWR,Newark Liberty Intl,40.69,-74.17,18,-5,A,America/New_York' >"$directory/airports.csv"

output="$("$program" "$directory")"
printf '%s\n' "$output"
if ! grep -qF -- "$expected" <<<"$output"; then
  printf '[example] expected to see: %s\n' "$expected" >&2
  exit 1
fi
