#!/bin/sh
# Installs the Debian (or Ubuntu) packages that the tests need and this machine lacks. The one list of them is here.
# Touches nothing when nothing is missing. Without root and without sudo it prints the one line to type, and exits 1.
set -eu

# program or file : package that brings it
needs='
/usr/sbin/sshd:openssh-server
ssh:openssh-client
tmux:tmux
rsync:rsync
busybox:busybox
dash:dash
bash:bash
git:git
shellcheck:shellcheck
ps:procps
strace:strace
zsh:zsh
fish:fish
tcsh:tcsh
/usr/bin/chromium:chromium
dbus-daemon:dbus
Xvfb:xvfb
xdotool:xdotool
waypipe:waypipe
sway:sway
grim:grim
waybar:waybar
mako:mako-notifier
foot:foot
weston-flower:weston
systemctl:systemd
systemd-analyze:systemd
unshare:util-linux
ip:iproute2
curl:curl
busctl:systemd
promtool:prometheus
dunst:dunst
unsquashfs:squashfs-tools
7zz:7zip
desktop-file-validate:desktop-file-utils
gio:libglib2.0-bin
pulseaudio:pulseaudio
pacat:pulseaudio-utils
foreman:ruby-foreman
'

missing=
for need in $needs; do
  command -v "${need%%:*}" >/dev/null 2>&1 || missing="$missing ${need#*:}"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need these programs, by their Debian packages:$missing" >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  sudo=sudo
else
  echo "The tests need packages that are not installed. Type:" >&2
  echo "  sudo apt-get install -y$missing" >&2
  exit 1
fi

echo "Installing Debian packages:$missing"
install() {
  # shellcheck disable=SC2086 # Words on purpose: a list of packages, and perhaps no sudo.
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
# The lists may be old or not there at all; getting them takes longer than most installs.
install >/dev/null 2>&1 || {
  $sudo apt-get update -q
  install
}
