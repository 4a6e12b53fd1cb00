#!/bin/sh
# Makes the secrets that compose.yaml names, once: what is there already is left alone.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

random() {
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

make() {
  [ -e "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
  # Read by the container's own user; the directory keeps everybody else out.
  chmod 644 "secrets/$1"
}

make postgres_password "$(random)"
make valkey_password "$(random)"
make database_url "postgres://skein:$(cat secrets/postgres_password)@postgres:5432/drone_system"
