#!/usr/bin/env bash
# Makes the files of ForeignFilesTest anew, with OpenSSL 3. The keys guard nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl genpkey -quiet -algorithm ed25519 -out "$work/root.key"
openssl req -x509 -key "$work/root.key" -days 36500 -subj "/O=Example/CN=OpenSSL root" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem

openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/site.key"
openssl req -new -key "$work/site.key" -subj "/O=Example/CN=OpenSSL site" -out "$work/site.csr"
cat > "$work/site.ext" <<EXT
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectAltName=URI:keymoot:role:chair
EXT
openssl x509 -req -in "$work/site.csr" -CA root.pem -CAkey "$work/root.key" -days 36500 \
  -extfile "$work/site.ext" -out "$work/site.pem"

openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out device.key
openssl req -new -key device.key -subj "/O=Example/OU=Doors/CN=door 7" \
  -addext subjectAltName=DNS:door7.example.org -out device.csr
cat > "$work/device.ext" <<EXT
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth
subjectAltName=DNS:door7.example.org,URI:keymoot:role:chair,URI:keymoot:role:medic
authorityKeyIdentifier=keyid
subjectKeyIdentifier=hash
EXT
openssl x509 -req -in device.csr -CA "$work/site.pem" -CAkey "$work/site.key" -days 36500 \
  -extfile "$work/device.ext" -out "$work/device.pem"
cat "$work/device.pem" "$work/site.pem" root.pem > chain.pem

openssl pkcs12 -export -inkey device.key -in chain.pem -name "door 7" -passout "pass:correct horse" -out device.p12

touch "$work/index.txt"
echo 01 > "$work/crlnumber"
cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = site
[site]
database = $work/index.txt
crlnumber = $work/crlnumber
default_md = sha256
default_crl_days = 30
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
CNF
openssl ca -config "$work/ca.cnf" -cert "$work/site.pem" -keyfile "$work/site.key" -revoke "$work/device.pem" -crl_reason keyCompromise
openssl ca -config "$work/ca.cnf" -cert "$work/site.pem" -keyfile "$work/site.key" -gencrl -out site.crl
