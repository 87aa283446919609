#!/bin/sh
# Submits and polls with curl alone, as a person would write it, and prints what
# came out as one line of JSON: loop.sh URL BODY
set -eu
headers=$(mktemp) answer=$(mktemp)
trap 'rm -f "$headers" "$answer"' EXIT
field() { sed -n "s/^$1: *//Ip" "$headers" | tail -n 1 | tr -d '\r'; }
request() { curl -sS --retry 8 --retry-all-errors --retry-max-time 60 -D "$headers" -o "$answer" -w '%{http_code}' "$@"; }
code=$(request -H 'Content-Type: application/json' -d "$2" "$1")
while [ "$code" = 202 ]; do
  url=$(field location)
  sleep "$(field retry-after)"
  code=$(request "$url")
done
case $code in
2*) printf '{"customStatus":"%s"}\n' "$(sed -n 's/.*"customStatus":"\([^"]*\)".*/\1/p' "$answer")" ;;
*) printf '{"error":"status %s"}\n' "$code" ;;
esac
