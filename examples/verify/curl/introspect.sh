#!/bin/sh
# Is this access token good now? ISSUER, ORDERS_SECRET and TOKEN come from the environment; the secret stands in no command
# line, where other users of the machine could read it.
printf 'user = "orders-api:%s"\n' "$ORDERS_SECRET" |
  curl --silent --show-error --fail --max-time 5 --config - --data-urlencode "token=$TOKEN" "$ISSUER/oauth/introspect"
