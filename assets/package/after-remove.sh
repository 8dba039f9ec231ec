#!/bin/bash
# After the deb or rpm was removed, and on an upgrade too: then the new one is there and keeps its link.
[ -e '/opt/${sanitizedProductName}/resources/bin/drover' ] && exit 0
[ "$(readlink /usr/bin/drover)" = '/opt/${sanitizedProductName}/resources/bin/drover' ] && rm -f /usr/bin/drover
if [ -f '/etc/apparmor.d/${executable}' ]; then
  apparmor_parser --remove '/etc/apparmor.d/${executable}' >/dev/null 2>&1 || true
  rm -f '/etc/apparmor.d/${executable}'
fi
exit 0
