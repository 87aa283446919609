#!/bin/sh
# Runs ansible_uri.yaml with the ansible-playbook of $1, and prints what came out
# as one line of JSON: ansible_uri.sh PLAYBOOK URL BODY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
trap 'rm -f "$out"' EXIT
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_INVENTORY_UNPARSED_WARNING=False ANSIBLE_RETRY_FILES_ENABLED=False
"$1" -e "$(python3 -c 'import json, sys; print(json.dumps(dict(zip(("url", "body", "out"), sys.argv[1:]))))' "$2" "$3" "$out")" \
  -c local "$here/ansible_uri.yaml" >&2
cat "$out"
