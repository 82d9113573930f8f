#!/bin/sh
# Ends this machine with all that it has. In EC2 switching it off is enough: it was launched to be
# terminated by that. Azure bills a machine that is only off, so it is deleted, by its own identity.
set -u
. /etc/firn/machine

delete_azure_machine() {
  metadata=http://169.254.169.254/metadata
  ask() { curl --fail --silent --show-error --noproxy '*' --max-time 10 --header Metadata:true "$1"; }
  machine=$(ask "$metadata/instance/compute/resourceId?api-version=2021-02-01&format=text") || return 1
  token=$(ask "$metadata/identity/oauth2/token?api-version=2018-02-01&resource=$FIRN_AZURE_MANAGER/&client_id=$FIRN_IDENTITY_CLIENT_ID" |
    sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
  [ -n "$token" ] || return 1
  printf 'Authorization: Bearer %s' "$token" |
    curl --fail --silent --show-error --max-time 60 --header @- --request DELETE \
      "$FIRN_AZURE_MANAGER$machine?api-version=$FIRN_AZURE_VERSION&forceDeletion=true"
}

if [ "$FIRN_METADATA_SERVICE" = azure ]; then
  for wait in 5 30 120 0; do
    delete_azure_machine && break
    sleep "$wait"
  done
fi
systemctl poweroff
