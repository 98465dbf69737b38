#!/bin/sh
# Makes the certificates of this folder anew, with OpenSSL 3: an authority, and what it has signed. For tests only.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/ca.cnf" <<CONFIG
[ca]
default_ca = own
[own]
database = $work/index.txt
new_certs_dir = $work
serial = $work/serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
CONFIG
: > "$work/index.txt"
echo 1000 > "$work/serial"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1-key.pem" 2> /dev/null; }

# sign <name> <extensions> <from> <until>
sign() {
  key "$1"
  openssl req -new -key "$1-key.pem" -subj "/CN=$1" -addext "$2" -out "$work/$1.csr"
  openssl ca -config "$work/ca.cnf" -batch -notext -cert authority.pem -keyfile authority-key.pem \
    -in "$work/$1.csr" -out "$1.pem" -startdate "$3" -enddate "$4" 2> /dev/null
}

key authority
openssl req -new -key authority-key.pem -subj "/CN=Antiphon test authority" -out "$work/authority.csr"
openssl ca -config "$work/ca.cnf" -batch -notext -selfsign -keyfile authority-key.pem -extensions authority \
  -in "$work/authority.csr" -out authority.pem -startdate 20200101000000Z -enddate 21200101000000Z 2> /dev/null

here="subjectAltName = DNS:localhost, DNS:one.test, DNS:two.test, IP:127.0.0.1, IP:::1"
sign server "$here" 20200101000000Z 21200101000000Z
sign expired "$here" 20200101000000Z 20200201000000Z
sign future "$here" 21190101000000Z 21200101000000Z
sign elsewhere "subjectAltName = DNS:elsewhere.example" 20200101000000Z 21200101000000Z
sign client "extendedKeyUsage = clientAuth" 20200101000000Z 21200101000000Z
rm authority-key.pem
