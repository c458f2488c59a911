#!/bin/sh
# Makes what compose.yaml mounts as secrets, once: in the folder secrets/ beside this file, or in the one that is named.
# The folder is closed to others, so its files may be open: the servers that read them have users of their own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/secrets}
if [ -e "$folder" ]; then
  echo "$folder is there already. Move it away first: what runs with these secrets needs them." >&2
  exit 1
fi

umask 077
new=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$new"' EXIT
cd "$new"
random() { openssl rand -hex 32; }

for name in owner-password registry-password verifier-password redis-password service-secret grafana-password; do
  random >"$name"
done

# Redis has a hash. Without a password it answers PING alone, for the health check.
hash=$(tr -d '\n' <redis-password | openssl dgst -sha256 -r | cut -d ' ' -f 1)
cat >redis-users <<END
user default on nopass -@all +ping
user platform on #$hash ~rjwt:* -@all +set +info +time +eval +evalsha +config|get
END

# The platform's own key, for its sessions. next.pem and previous.pem stand beside it during a rotation.
mkdir session-keys
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out session-keys/current.pem 2>/dev/null

# The customer's key. In earnest the customer makes it, and keeps this half.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out project-key.pem

# For the names of a trial. With names of your own Caddy gets certificates by itself.
platform=${PLATFORM_HOST:-platform.localhost}
names="DNS:$platform,DNS:${ORDERS_HOST:-orders.localhost},DNS:${CUSTOMER_HOST:-shop.localhost}"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$platform" \
  -addext "subjectAltName=$names" -keyout tls-key -out tls-certificate 2>/dev/null

chmod 755 session-keys
find . -type f -exec chmod 444 {} +
mv "$new" "$folder"
trap - EXIT
echo "Made $folder"
