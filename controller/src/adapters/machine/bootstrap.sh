#!/bin/sh
# Run once by cloud-init on a stock Debian or Ubuntu: installs the archiver appliance from its
# release bundle. Whatever fails, the machine ends; and it never lives longer than it may.
set -eu
. /etc/firn/machine
end=/usr/local/sbin/firn-end-machine
systemd-run --unit=firn-lifetime --on-active="$FIRN_LIFE_SECONDS" "$end"
trap '[ $? -eq 0 ] || "$end"' EXIT

cd /run
for wait in 2 5 10 20 40 0; do
  curl --fail --silent --show-error --location --max-time 600 --output firn-bundle "$FIRN_BUNDLE_URL" && break
  [ "$wait" != 0 ]
  sleep "$wait"
done
echo "$FIRN_BUNDLE_SHA256  firn-bundle" | sha256sum --check --status
mkdir -p /opt/firn
tar --extract --gzip --no-same-owner --file firn-bundle --directory /opt/firn
rm firn-bundle
/opt/firn/deploy/appliance/install.sh
