#!/bin/sh
# Makes the certificates of this folder anew, with OpenSSL 3: an authority, one between, and a server's. For tests only.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null; }

cat > "$work/extensions" <<CONFIG
[between]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
authorityInfoAccess = caIssuers;URI:http://between.example/between.der
CONFIG

key "$work/root-key.pem"
openssl req -x509 -new -key "$work/root-key.pem" -subj "/CN=Antiphon test root" -days 36500 -out root.pem
key "$work/between-key.pem"
openssl req -new -key "$work/between-key.pem" -subj "/CN=Antiphon test between" -out "$work/between.csr"
openssl x509 -req -in "$work/between.csr" -CA root.pem -CAkey "$work/root-key.pem" -days 36500 \
  -extfile "$work/extensions" -extensions between -out between.pem 2> /dev/null
key server-key.pem
openssl req -new -key server-key.pem -subj "/CN=server" -out "$work/server.csr"
openssl x509 -req -in "$work/server.csr" -CA between.pem -CAkey "$work/between-key.pem" -days 36500 \
  -extfile "$work/extensions" -extensions server -out server.pem 2> /dev/null
