#!/bin/sh
# Submits a JSON file and polls until the work has ended, with curl:
#
#     ./poll.sh http://127.0.0.1:3000/api/submit talk.json
set -eu
url=$1
headers=$(mktemp)
body=$(mktemp)
trap 'rm -f "$headers" "$body"' EXIT
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
header() { tr -d '\r' <"$headers" | awk -v name="$1:" 'tolower($1) == tolower(name) { found = $2 } END { print found }'; }
# A repeated submit is the same submission, by its key.
set -- -H 'Content-Type: application/json' -H "Idempotency-Key: \"$key\"" --data-binary "@$2"
attempts=0
while :; do
  : >"$headers"
  code=$(curl -s -m 40 -D "$headers" -o "$body" -w '%{http_code}' "$@" "$url") || code=000
  seconds=$(header Retry-After)
  case $code${seconds:+.} in
    000* | 408* | 425* | 429* | 5??* | 409.) # passes: repeat
      attempts=$((attempts + 1))
      [ "$attempts" -lt 10 ] || { echo "gave up: $code" >&2; exit 1; } ;;
    202*)
      url=$(header Location)
      set --
      attempts=0 ;;
    *) # 200 has ended, everything else is refused
      cat "$body"
      [ "$code" = 200 ] && grep -q '"status":"Succeeded"' "$body"
      exit ;;
  esac
  sleep "${seconds:-1}"
done
