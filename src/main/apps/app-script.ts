/**
 * The text that a job of an app runs. An app on this machine is a job like any other, told of its desktop. One on a host is drawn by
 * `waypipe server`, which stands beside it, not around it: so the app's end is its own, by code or by signal, which waypipe would not
 * pass on; a signal goes to the app alone; and an app that forks away goes on as long as it has a window.
 */
import { shellQuote } from '../../shared/shell-quote.ts'
import type { AgentInfo } from '../hosts/agent.ts'
import { jobScript } from '../jobs/job-script.ts'
import type { JobRow } from '../store/job-table.ts'

export type DrawingLink = { id: string; remoteSocket: string; compression: string }
type Job = Pick<JobRow, 'id' | 'command' | 'env' | 'hasTerminal'>

/** What makes toolkits draw by Wayland, since there is nothing else. What the person sets with --env comes after. */
const WAYLAND_ONLY = {
  XDG_SESSION_TYPE: 'wayland',
  QT_QPA_PLATFORM: 'wayland',
  MOZ_ENABLE_WAYLAND: '1',
  ELECTRON_OZONE_PLATFORM_HINT: 'auto',
}

export function directScript(job: Job, desktop: Readonly<Record<string, string>>): string {
  return jobScript({ ...job, env: { ...desktop, ...job.env } })
}

/** `agent`: its program on the host, and the folder that is its own there. */
export function drawnScript(
  job: Job,
  { agent, link }: { agent: Pick<AgentInfo, 'root' | 'version'>; link: DrawingLink },
): string {
  const { root, version } = agent
  const name = `w${job.id.slice(0, 8)}${job.id.slice(-4)}`
  const words = {
    job: `${root}/jobs/${job.id}`,
    root,
    agent: `${root}/bin/agent-${version}`,
    id: job.id,
    display: `${root}/display/${name}`,
    name,
    link: link.id,
    socket: link.remoteSocket,
    compression: link.compression,
    app: jobScript({ ...job, env: { ...WAYLAND_ONLY, ...job.env } }),
  }
  const lines = Object.entries(words).map(([key, value]) => `d_${key}=${shellQuote(value)}`)
  return `${[...lines, DRAWN].join('\n')}\n`
}

/** Where waypipe and apps keep what lives as long as a login: a host's own folder for that, or one of ours. */
export const RUNTIME_DIR = `
if [ ! -d "$XDG_RUNTIME_DIR" ] || [ ! -w "$XDG_RUNTIME_DIR" ]; then
  XDG_RUNTIME_DIR=/run/user/$(id -u)
  [ -w "$XDG_RUNTIME_DIR" ] || { XDG_RUNTIME_DIR=$d_root/run && mkdir -p -m 700 "$XDG_RUNTIME_DIR"; }
fi
export XDG_RUNTIME_DIR`

/**
 * Takes the display that stands ready (spare-script.ts), if there is one, or begins one. What was taken lives as long as we have the job's
 * FIFO open; what was begun until that which sleeps in it is killed, and should we be killed, until whoever ends all of the job comes.
 */
const DISPLAY = unescaped(String.raw`
take_spare() {
  for at in "$d_root/display/$d_link".*; do
    [ -p "$at" ] || continue
    # Held before it is taken, so that it does not end between.
    exec 3<>"$at"
    mv "$at" "$d_job/display" 2>/dev/null || continue
    spare=\${at##*/} spare=\${spare#*.}
    if [ -p "$d_job/display" ] && read -r is_up <"/proc/\${spare##*.}/comm" && [ "$is_up" = waypipe ]; then
      d_name=\${spare%.*} d_display=$d_root/display/\${spare%.*}
      return
    fi
    rm -f "$d_job/display"
  done 2>/dev/null
  return 1
}
begin_display() {
  mkfifo -m 600 "$d_job/display" && exec 3<>"$d_job/display" || exit 126
  (
    trap '' HUP QUIT TERM
    unset DROVER_SCRIPT
    waypipe --compress "$d_compression" --socket "$d_socket" --display "$d_display" server -- \
      /bin/sh -c 'trap "" INT; echo up $$ >&3; exec 3>&-; exec sleep 2147483647'
    echo down >&3
  ) </dev/null >/dev/null 2>"$d_job/display.log" &
  drawer=$!
  read -r is_up sleeper <&3
  [ "$is_up" = up ] && return
  cat "$d_job/display.log" >&2
  printf '%s\n' '=waypipe\0040could\0040not\0040open\0040a\0040display\0040there' >"$d_job/reason"
  true >"$d_job/failed"
  exit 126
}
drawer= sleeper=
`)

/**
 * Signals are caught, not ignored: the app would inherit that. What draws ignores them, and what only sleeps ends waypipe by its end.
 * A signal that ended the app is named by sh on its stderr, save for INT (2) and PIPE (13); so that is a file while the app runs. waypipe
 * knows its own socket by its bare name, sshd the forwarded one by its path. One that began another and ended well has some seconds for the
 * other's window to come.
 */
const DRAWN = unescaped(String.raw`${RUNTIME_DIR}
unset DISPLAY WAYLAND_SOCKET
trap : HUP INT QUIT TERM
${DISPLAY}
take_spare || begin_display
export WAYLAND_DISPLAY="$d_display"
tell_app() {
  (unset DROVER_JOB DROVER_SCRIPT && DROVER_ROOT=$d_root exec sh "$d_agent" tell-app "$d_id") </dev/null >/dev/null 2>&1 3>&- 5>&- &
}
tell_app
exec 5>&2 2>"$d_job/display_said"
(
  # The 22nd is when it began.
  read -r pid _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ start _ </proc/self/stat && printf '%s\n' "$pid $start" >"$d_job/app_pid"
  exec 2>&5 3>&- 5>&-
  eval "$d_app"
)
code=$?
exec 2>&5 5>&-
is_shown() {
  grep -q " 03 .* $d_name\$" /proc/net/unix
}
has_others() {
  for at in $(grep -lsz "^DROVER_JOB=$DROVER_JOB\$" /proc/[0-9]*/environ); do
    at=\${at#/proc/} at=\${at%/environ}
    case $at in $$ | "$drawer" | "$sleeper") continue ;; esac
    { read -r name <"/proc/$at/comm"; } 2>/dev/null && [ "$name" != waypipe ] && return 0
  done
  return 1
}
tries=0
while is_shown || { [ "$code" = 0 ] && [ $tries -lt 20 ] && has_others; }; do
  tries=$((tries + 1))
  # What goes on is not what was begun.
  [ $tries != 15 ] || tell_app
  [ $tries -lt 15 ] && sleep 0.02 || sleep 0.5
done 2>/dev/null
grep -qF " $d_socket" /proc/net/unix || [ -e "$d_job/stop_requested" ] || true >"$d_job/link_lost"
[ -z "$sleeper" ] || kill -s KILL "$sleeper" 2>/dev/null
if [ "$code" -gt 128 ] && { [ -s "$d_job/display_said" ] || [ "$code" = 130 ] || [ "$code" = 141 ]; }; then
  signal=$(kill -l $((code - 128)))
  trap - HUP INT QUIT TERM
  ulimit -c 0 2>/dev/null
  kill -s "$signal" $$
fi
exit "$code"`)

/** In a template `${` would begin an expression; so it is written with a backslash. */
function unescaped(text: string): string {
  return text.replaceAll('\\${', '${')
}
