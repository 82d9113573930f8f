#!/bin/sh
# Part of the release bundle; run once as root by the machine's bootstrap.
set -eu
here=$(dirname "$0")
useradd --system --home-dir /opt/firn --shell /usr/sbin/nologin firn 2>/dev/null || true
install -d -m 0750 -g firn /etc/firn
chown firn /etc/firn/join
install -m 0644 "$here"/firn-archiver-appliance.service "$here"/firn-watchdog.service \
  "$here"/firn-watchdog.timer /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now firn-watchdog.timer
systemctl start --no-block firn-archiver-appliance.service
