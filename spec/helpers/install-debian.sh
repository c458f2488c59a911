#!/bin/sh
# Installs what the tests need besides Node and npm packages, on Debian. Safe to run again.
set -eu

# A browser and servers; what the recipes in docs/ are run with.
needed="chromium chromium-headless-shell redis-server postgresql openssl xxd python3 python3-cryptography python3-jwt
softhsm2 opensc php-cli ruby golang-go default-jdk-headless prometheus caddy"

missing=
for package in $needed; do
  dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing="$missing $package"
done
if [ -z "$missing" ]; then
  exit 0
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

as_root apt-get update
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
