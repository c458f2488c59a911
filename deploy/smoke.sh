#!/bin/sh
# Asks what must hold, from outside:
#
#     sh smoke.sh                     starts everything in Docker, with data of its own, asks, and removes it
#     sh smoke.sh 127.0.0.1:443       asks what runs behind the Caddy at this address
#
# Needs curl and openssl. SECRETS names another folder than secrets/ for the certificate.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
secrets=${SECRETS:-$here/secrets}
platform=${PLATFORM_URL:-https://${PLATFORM_HOST:-platform.localhost}}
orders=${ORDERS_URL:-https://${ORDERS_HOST:-orders.localhost}}
customer=${CUSTOMER_URL:-https://${CUSTOMER_HOST:-shop.localhost}}
address=${1:-127.0.0.1:443}
jwt_bearer=urn:ietf:params:oauth:grant-type:jwt-bearer

# Tokens go in by standard input: a list of processes shows arguments.
ask() {
  curl --silent --show-error --max-time 20 --cacert "$secrets/tls-certificate" --connect-to "::$address" \
    --header "Origin: $customer" "$@"
}
with() { printf 'Authorization: Bearer %s\n' "$1" | ask --header @- --write-out ' %{http_code}' "$2"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
token() { ask --header 'Content-Type: application/json' --data '{}' "$customer/token" | member token; }

expect() {
  case $3 in
    $2) echo "ok    $1" ;;
    *) echo "FAIL  $1" >&2 && exit 1 ;;
  esac
}

# Asks again for a minute: what was started last may need it.
until_true() {
  what=$1
  shift
  for _ in $(seq 60); do
    if "$@" >/dev/null 2>&1; then
      echo "ok    $what"
      return
    fi
    sleep 1
  done
  echo "FAIL  $what" >&2
  exit 1
}

ask_calls() {
  until_true 'the customer, the platform and its other service answer' eval '
    ask --fail "$customer/" && ask --fail "$platform/.well-known/jwks.json" &&
      test "$(ask --output /dev/null --write-out "%{http_code}" "$orders/orders")" = 401'

  token=$(token)
  expect 'a token of the customer passes' '*"project":"shop"* 200' "$(with "$token" "$platform/embed/project")"
  for _ in 1 2 3 4; do
    expect 'and never again, in any process' '*"token_replayed"* 401' "$(with "$token" "$platform/embed/project")"
  done

  session=$(printf %s "$(token)" | ask --data-urlencode "grant_type=$jwt_bearer" --data-urlencode assertion@- \
    "$platform/oauth/token" | member access_token)
  for _ in 1 2; do
    expect 'a session passes at the other service' '*"project":"shop"* 200' "$(with "$session" "$orders/orders")"
  done
  expect 'which takes no token' '*"token_type_not_allowed"* 401' "$(with "$(token)" "$orders/orders")"
  expect 'nobody outside reaches what is internal' '* 404' "$(with x "$platform/internal/revocations")"
  expect 'nor the metrics' '* 404' "$(with x "$platform/metrics")"
}

if [ $# -gt 0 ]; then
  ask_calls
  exit
fi

cd "$here"
export COMPOSE_PROJECT_NAME=reverse-jwt-smoke
[ -e secrets ] || sh secrets.sh
trap 'docker compose logs --tail 20; docker compose down --volumes' EXIT
docker compose up --build --detach
ask_calls

metric() { docker compose exec -T prometheus wget -qO- "http://127.0.0.1:9090/api/v1/query?query=$1"; }
until_true 'Prometheus reads both platforms and the service' eval \
  'metric "sum(up)" | grep -q "\"3\"" && metric "sum(reverse_jwt_verifications_total)%3E0" | grep -q "\"value\""'
until_true 'Grafana has the dashboard' eval \
  'printf "user = \"admin:%s\"\n" "$(cat secrets/grafana-password)" |
    curl --silent --fail --config - http://127.0.0.1:3000/api/dashboards/uid/reverse-jwt'
