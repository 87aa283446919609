#!/bin/sh
# Runs Resilience4j with the authority of SSL_CERT_FILE, which the JDK does not look
# at: resilience4j.sh ARGS URL BODY, where ARGS is a file of arguments to java.
set -eu
args=$1
shift
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
if [ -n "${SSL_CERT_FILE:-}" ]; then
  keytool -importcert -noprompt -alias test -file "$SSL_CERT_FILE" -keystore "$store/trust" -storepass trusted >/dev/null 2>&1
  set -- -Djavax.net.ssl.trustStore="$store/trust" -Djavax.net.ssl.trustStorePassword=trusted Resilience4j "$@"
else
  set -- Resilience4j "$@"
fi
java "@$args" "$@"
