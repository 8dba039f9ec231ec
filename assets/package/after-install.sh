#!/bin/bash
# After the deb or rpm was unpacked: `drover` is found, and Chromium's sandbox works. electron-builder fills in the names.
set -e
ln -sf '/opt/${sanitizedProductName}/resources/bin/drover' /usr/bin/drover

sandbox='/opt/${sanitizedProductName}/chrome-sandbox'
if [ -e "$sandbox" ]; then
  # Without user namespaces the sandbox is made by this program, as root.
  if unshare --user true 2>/dev/null; then chmod 0755 "$sandbox"; else chmod 4755 "$sandbox"; fi
fi

# Where AppArmor keeps user namespaces from unknown programs, ours must be known.
profile='/opt/${sanitizedProductName}/resources/apparmor-profile'
if apparmor_status --enabled >/dev/null 2>&1 && apparmor_parser --skip-kernel-load "$profile" >/dev/null 2>&1; then
  cp -f "$profile" '/etc/apparmor.d/${executable}'
  apparmor_parser --replace --write-cache --skip-read-cache '/etc/apparmor.d/${executable}' || true
fi

for update in 'update-desktop-database /usr/share/applications' 'gtk-update-icon-cache -q -t /usr/share/icons/hicolor'; do
  $update >/dev/null 2>&1 || true
done
