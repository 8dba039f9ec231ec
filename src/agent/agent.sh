#!/bin/sh
# Drover's agent: the one program Drover brings to a host. POSIX sh (dash, busybox ash, bash) and what a base system has.
#
# `serve` answers the core over its stdin and stdout; every other verb is a process or a channel of its own. Truth is on disk, under
# ~/.drover (0700): jobs outlive the agent, the link and the core, and are found again from their files alone.
#
#   bin/agent-<hash>      this file
#   jobs/<uuid>/          spec cmd cwd worker owner script started_at boot_id pid pid_start app_pid watcher output.log ended_at
#                         exitcode signal lost link_lost record … (no `exitcode` and no `lost`: it still runs; no `signal`: none ended it)
#                         of a run of a process also: process log_start log_rest log_times reader.<pid>
#   processes/<uuid>/     owner policy newest runs stop next next_at keeper lock: see "processes that are run again"
#   workdirs/<uuid>/      where a job runs
#   folders/<key>/        tree/ (pristine copy) manifest (what may be in it) stamp spare/ (ready workdir) spare_stamp owner lock
#   visits/<uuid>/       a file that an app was given to open, while it does
#   events/               generation log.<generation> (every change, durably) w.<pid> (a FIFO to wake each watching agent)
#                         v.<pid>.<n> (one through which a tool tells its version) f.<pid> (whose logs a feed is asked for) f.<pid>.w (a FIFO that wakes it)
#
# The core writes `<id> <verb> =<field>…`, the agent `<nonce> <id> row|more|ok|err …` and `<nonce> - hello|event …`. A field is `=` and
# text, in which every byte outside [A-Za-z0-9_./:@%+,-] is \0ooo; `-` alone is none. Several processes write to one pipe, so every
# line is one write of less than 4096 bytes; longer rows come in parts (`more`).
#
# awk, tmux and inner shells expand what stands in single quotes; `a && b || c` means c whenever one of both fails; what a subshell
# sets is for itself.
# shellcheck disable=SC2016,SC2015,SC2030,SC2031

main() {
  prepare
  verb=${1-}
  [ $# -eq 0 ] || shift
  case $verb in
    serve) serve "$1" ;;
    # Detached processes of a job: its starter, the watcher in its terminal; what ends it, and what tells of the app in it.
    run) run "$@" ;;
    watch-terminal) watch_terminal "$1" ;;
    kill-tree) kill_tree "$1" "$2" "$3" ;;
    signal-tree) signal_tree "$1" "$2" ;;
    settle) settle "$1" ;;
    keep) keep "$@" ;;
    tend) tend ;;
    tell-app) tell_app "$1" ;;
    # Channels of their own.
    log) send_log "$1" "$2" "$3" ;;
    search-log) search_log "$@" ;;
    feed) feed ;;
    find-in-log) find_in_log "$@" ;;
    list-files) list_files "$1" "$2" "$3" ;;
    odd-names) odd_names "$@" ;;
    attach) attach "$1" ;;
    rsync-in) rsync_in "$@" ;;
    tar-in) tar_in "$1" "$2" ;;
    remove-in) remove_in "$1" "$2" ;;
    manifest-in) manifest_in "$1" "$2" "$3" ;;
    manifest-out) manifest_out "$1" ;;
    remove-paths) remove_paths "$@" ;;
    look-in) look_in "$1" "$2" ;;
    places) places "$@" ;;
    tar-out) tar_out "$1" "$2" ;;
    list-apps) list_apps "$1" ;;
    read-apps) xargs -0 sh "$AGENT" app-texts ;;
    app-texts) app_texts "$@" ;;
    has-programs) xargs -0 sh "$AGENT" programs ;;
    programs) programs "$@" ;;
    visit) visit "$@" ;;
    hash) hash_of "$1" ;;
    app-icon) app_icon "$1" "$2" "$3" ;;
    *) refuse "This agent has no verb '$verb'" ;;
  esac
}

prepare() {
  set -uf
  IFS=' '
  # What a job must get as it was, though the agent needs it otherwise.
  export DROVER_UMASK="${DROVER_UMASK-$(umask)}" DROVER_LC_ALL="${DROVER_LC_ALL-${LC_ALL-}}"
  export LC_ALL=C
  umask 077
  # A job that runs us is not to be the parent of what we start.
  unset DROVER_JOB CDPATH
  for tool in awk date flock setsid; do
    command -v "$tool" >/dev/null 2>&1 || {
      export PATH="${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin"
      break
    }
  done
  NICE=
  ! command -v nice >/dev/null 2>&1 || NICE='nice'
  ROOT=${DROVER_ROOT:-${HOME:?is not set}/.drover}
  JOBS=$ROOT/jobs EVENTS=$ROOT/events PROCESSES=$ROOT/processes
  case $0 in /*) AGENT=$0 ;; *) AGENT=$PWD/$0 ;; esac
  export DROVER_AGENT="$AGENT"
  first_line "${DROVER_BOOT_ID_FILE:-/proc/sys/kernel/random/boot_id}"
  BOOT_ID=$line
  asked_at='' asked_up=''
}

# ---- text

# Puts a file's first line in $line; empty where there is none.
first_line() {
  line=
  { IFS= read -r line <"$1"; } 2>/dev/null || return 0
}

# Puts a field's text in $text. Command substitution eats trailing line ends, so a mark stands behind them.
decode() {
  case $1 in
    *\\*) text=$(printf '%b_' "$1") text=${text%_} ;;
    *) text=$1 ;;
  esac
}

# Puts a text's field, with its `=`, in $field. Most hold nothing to be written otherwise but spaces, for which it takes no process.
encode() {
  case $1 in
    *[!A-Za-z0-9_./:@%+,\ -]*)
      field="=$(printf '%s' "$1" | od -An -v -to1 | tr -d '\n' | sed 's/ /\\0/g')"
      return
      ;;
  esac
  field='=' uncoded=$1
  while [ "${uncoded#* }" != "$uncoded" ]; do
    field="$field${uncoded%% *}\\0040" uncoded=${uncoded#* }
  done
  field=$field$uncoded
}

# A file that others read while it is written: whole or not at all.
put() {
  printf '%s\n' "$2" >"$1.$$" && mv -f "$1.$$" "$1"
}

# Puts the uptime, in centiseconds, in $up. A number that begins with 0 would be octal.
set_uptime() {
  first_line /proc/uptime
  up=${line%% *} up=${up%.*}${up#*.}
  up=${up#0} up=${up#0}
}

# Puts the time, in seconds, in $now. For a while after it was asked (centiseconds; for a quarter of a minute) it counts on by the
# uptime, where `date` knows parts of a second: a process takes a millisecond, and somebody waits. The clock may be set meanwhile.
set_now() {
  set_uptime
  if [ -n "$asked_at" ] && [ $((up - asked_up)) -lt "${1-1500}" ]; then
    # Both are cut off, so it may be one too far.
    now=$(((asked_at + up - asked_up - 1) / 100))
    return
  fi
  now=$(date +%s%N) asked_at=
  case $now in
    *[!0-9]*) now=${now%%[!0-9]*} ;;
    *)
      set_uptime
      asked_at=${now%???????} asked_up=$up now=${now%?????????}
      ;;
  esac
}

# Puts a file's bytes in $size: none without asking, as when a job begins.
size_of() {
  size=
  [ ! -s "$1" ] || size=$(wc -c <"$1" 2>/dev/null) size=${size##* }
  size=${size:-0}
}

is_id() {
  case $1 in
    *[!0-9a-f-]* | -* | '') return 1 ;;
    ????????-????-????-????-????????????) return 0 ;;
    *) return 1 ;;
  esac
}

is_key() {
  case $1 in *[!A-Za-z0-9_-]* | -* | '') return 1 ;; *) [ ${#1} -le 64 ] ;; esac
}

refuse() {
  printf 'drover: %s\n' "$1" >&2
  exit "${2:-1}"
}

# ---- processes

# Sets $process_state and $process_start; false where there is no such process. Its name, in brackets, may hold anything.
process() {
  stat=
  { while IFS= read -r line || [ -n "$line" ]; do stat="$stat $line"; done <"/proc/$1/stat"; } 2>/dev/null
  [ -n "$stat" ] || return 1
  # shellcheck disable=SC2086 # Numbers and one letter, to be split.
  set -- ${stat##*) }
  process_state=$1 process_start=${20}
}

# PIDs come again: only together with its start time does one name a process.
is_process() {
  [ -n "$1" ] && process "$1" && [ "$process_start" = "$2" ] && [ "$process_state" != Z ]
}

# Starts a detached process of ours. setsid(1) forks only when it leads a group, which the outer one makes the inner one do: so no `&`
# is needed, with which sh would have the job ignore SIGINT. The one of util-linux can be told to. Nothing is printed: a substitution
# around it waits until the process has let go of its stdout.
detach() {
  # shellcheck disable=SC2086 # A program and its option.
  setsid ${DROVER_SETSID-setsid} sh "$AGENT" "$@" 2>/dev/null
}

# ---- a job's state

# Works out a job's true state from its files; false where there is no such job. It runs only while its boot, its PID and that PID's
# start time hold. A watcher writes the end before it goes, so a dead watcher and no end mean that none will ever come.
load() {
  job=$1 dir=$JOBS/$1
  first_line "$dir/spec" && spec=$line
  [ -n "$spec" ] || return 1
  job_state=starting job_ended=- job_code=- job_signal=- job_stopped=0 job_reason=-
  first_line "$dir/started_at" && job_started=${line:--}
  first_line "$dir/pid" && pid=$line job_pid=${line:--}
  [ ! -e "$dir/stop_requested" ] || job_stopped=1
  load_end && return 0
  first_line "$dir/pid_start" && pid_start=$line
  first_line "$dir/watcher" && watcher=${line%% *} watcher_start=${line##* }
  # Never claimed, it never ran: whoever sent it sends it again, to whichever boot.
  [ -e "$dir/watcher" ] || return 0
  first_line "$dir/boot_id"
  if [ "$line" != "$BOOT_ID" ]; then
    lose 'its host was restarted'
  elif is_process "$pid" "$pid_start"; then
    job_state=running
    # Of an app that is drawn, behind the PID of what draws it.
    first_line "$dir/app_pid" && app=$line
    ! is_process "${app%% *}" "${app##* }" || job_pid=$job_pid/${app%% *}
  elif is_process "$watcher" "$watcher_start"; then
    [ -z "$pid" ] || job_state=running
  elif ! load_end && [ -n "$watcher" ]; then
    first_line "$dir/tmux_socket"
    if [ -n "$line" ] && ! tmux -S "$line" has-session 2>/dev/null; then
      lose 'its terminal (tmux) was killed, so its end is not known'
    else
      lose 'the process that watched it was killed, so its end is not known'
    fi
  fi
}

load_end() {
  end_code='' end_signal='' end_time=''
  { { read -r end_code && read -r end_signal && read -r end_time; } <"$dir/exitcode"; } 2>/dev/null
  if [ -n "$end_code" ]; then
    job_state=ended job_code=$end_code
    # It holds all three where nothing else had room.
    [ -n "$end_time" ] || { first_line "$dir/signal" && end_signal=$line; }
    [ -z "$end_signal" ] || job_code=- job_signal="=$end_signal"
    [ ! -e "$dir/failed" ] || job_code=- job_signal=-
    # What an app says as its window is taken from it tells nothing.
    [ ! -e "$dir/link_lost" ] || job_state=link-lost job_code=- job_signal=-
    first_line "$dir/reason" && job_reason=${line:--}
  else
    first_line "$dir/lost"
    [ -n "$line" ] || return 1
    job_state=lost job_reason=$line
  fi
  [ -n "$end_time" ] || { first_line "$dir/ended_at" && end_time=$line; }
  job_ended=${end_time:--}
}

# Puts what the core reads of the loaded job in $row.
set_row() {
  run_words=
  if first_line_of_run; then
    run_words=" =${line% *}:${line#* }"
    set_log_size
    size=$((size + log_base)) run_words="$run_words $log_dropped"
  else
    size_of "$dir/output.log"
  fi
  row="=$job $job_state $job_pid $job_started $job_ended $job_code $job_signal $job_stopped $job_reason $size $spec$run_words"
}

# Puts `process run` of the job in $dir in $line; false for one that is no run of a process.
first_line_of_run() {
  [ -e "$dir/process" ] && first_line "$dir/process" && [ -n "$line" ]
}

# Puts the first byte that is kept of the log in $dir in $log_dropped, and that which its file begins with in $log_base. While it is laid
# anew (see lay_rest) neither holds, nor does its length.
set_log_start() {
  line='' waits=0
  [ ! -e "$dir/log_start" ] || first_line "$dir/log_start"
  while [ "${line%moving}" != "$line" ] && [ $waits -lt 100 ]; do
    waits=$((waits + 1))
    sleep 0.02 || sleep 1
    first_line "$dir/log_start"
  done
  log_dropped=${line%% *} log_base=${line#* }
  log_dropped=${log_dropped:-0} log_base=${log_base:-0} log_base=${log_base%% *}
}

# The same, with the length that the file in $dir has then in $size.
set_log_size() {
  set_log_start
  until
    size_of "$dir/output.log"
    base=$log_base
    set_log_start
    [ "$log_base" = "$base" ]
  do :; done
}

lose() {
  # Not noted yet, its first process may be about to be: then we look again, once.
  if [ -z "$pid" ] && [ -z "${is_awaited-}" ] && ! claim_run; then
    await_first
    is_awaited=1
    load "$job"
    is_awaited=
    [ "$job_state" = starting ] && [ ! -s "$dir/watcher" ] || return 0
  fi
  encode "$1"
  put "$dir/lost" "$field"
  job_state=lost job_reason=$field
  # By a process between: no dead child is left to an agent that serves.
  (keep_and_tell)
  [ -n "${is_keeper-}" ] || [ ! -e "$dir/process" ] || detach keep "$job" </dev/null >/dev/null
}

# Whoever makes this file first decides whether the job in $dir ever runs. Where there is no room for it nobody has.
claim_run() {
  set -C
  { true >"$dir/pid"; } 2>/dev/null
  is_first=$?
  set +C
  [ $is_first = 0 ] || [ ! -e "$dir/pid" ]
}

# Not for long: who was to note it may have been killed.
await_first() {
  tries=0
  while [ ! -s "$dir/pid" ] && [ ! -e "$dir/exitcode" ] && [ ! -e "$dir/lost" ] && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.02 2>/dev/null || sleep 1
  done
}

# A finished job's row is kept as a file: a thousand of them are listed at once.
keep_and_tell() {
  set_row
  tell
  put "$dir/record" "$row" 2>/dev/null
}

# finish CODE SIGNAL : the one place that writes a job's end. The event comes after `exitcode`, the kept row after the event.
finish() {
  # By what was asked for its start only if it began a moment ago: the core may have heard of a clock that was set since.
  set_now $((${started_up:-0} - ${asked_up:-0} + 200))
  {
    { [ -z "$2" ] || printf '%s\n' "$2" >"$dir/signal"; } && printf '%s\n' "$now" >"$dir/ended_at" &&
      printf '%s\n' "$1" >"$dir/exitcode" || {
      # A full disk is not to make a job without an end: in place, where room was taken at the start.
      printf '%s\n' "$1" "$2" "$now" 1<>"$dir/said"
      mv -f "$dir/said" "$dir/exitcode"
    }
  } 2>/dev/null
  load "$job"
  keep_and_tell
}

# ---- events

# Tells the change of the loaded job, whose row is in $row: first the log, from which all who were away read it, then a wake-up for each
# agent that watches. Where the disk is full the wake-up carries the event itself.
tell() {
  event="job $row"
  [ ${#event} -lt 3800 ] || event="ask =$job"
  tell_event
}

tell_event() {
  untold=
  first_line "$EVENTS/generation"
  while :; do
    generation=$line
    # A broken line of a full disk may stand before ours: hence the line end in front.
    printf '\n%s\n' "$event" 2>/dev/null >>"$EVENTS/log.$generation" || untold=$event
    # Who has just moved on to another log has not seen that: tell it there again.
    first_line "$EVENTS/generation"
    [ "$line" = "$generation" ] && break
  done
  wake
}

# Each watcher is woken by a process of its own, so one that stands still holds up nobody; our child, so that who stops the job's tree
# spares it. It is deaf to the hang-up with which our terminal may go, from its birth: hence so are we, until we undo that.
wake() {
  trap '' HUP INT QUIT TERM
  set +f
  for fifo in "$EVENTS"/w.*; do
    # Opened for both, so that no reader is waited for.
    [ ! -p "$fifo" ] || printf '%s\n' "$untold" 2>/dev/null 1<>"$fifo" &
  done
  set -f
}

# ---- a job begins and ends

# run [JOB [TIME UPTIME]] : the starter of jobs. Without any named it comes up while they are written, and hears when they are there, and
# when the time was last asked for. Whoever started us waits for our stdout.
run() {
  if [ $# = 0 ]; then
    read -r asked_at asked_up jobs || exit
    [ "$asked_at" != - ] || asked_at=
    # shellcheck disable=SC2086 # Ids, to be split.
    set -- $jobs
  else
    asked_at=${2-} asked_up=${3-}
    set -- "$1"
  fi
  if [ $# = 1 ]; then
    begin "$1"
    return
  fi
  # A process for each, as parts of a pipe: with `&` sh would have the jobs ignore SIGINT. It waits for all of them, which nobody needs, so
  # the last part, which comes up when all others have, ends it.
  exec 7>&1
  starters=
  for job in "$@"; do
    starters="${starters}begin $job | "
  done
  eval "${starters}kill -s KILL $$"
}

# begin JOB : claims it, and for one without a terminal stays as its watcher.
begin() {
  dir=$JOBS/$1 job=$1
  first_line "$dir/boot_id"
  # Written before a restart of the host, and not begun.
  [ "$line" = "$BOOT_ID" ] || [ -e "$dir/watcher" ] || put "$dir/boot_id" "$BOOT_ID"
  set -C
  { true >"$dir/watcher"; } 2>/dev/null || exit
  set +C
  # Caught, not ignored: the job would inherit that. sh acts on it when the job has ended.
  trap : HUP INT QUIT TERM
  note_watcher
  # It was stopped meanwhile.
  if [ -e "$dir/terminal" ]; then [ ! -e "$dir/pid" ]; else claim_run; fi || exit
  set_now
  started_up=$up
  printf '%s\n' "$now" >"$dir/started_at"
  exec </dev/null >/dev/null 7>&-
  cd "$ROOT" || exit
  if [ -e "$dir/terminal" ]; then
    run_in_terminal
  else
    exec 2<>"$dir/said"
    # A subshell of its own: the redirections of a plain command would hold while sh reports a signal.
    (run_job setsid >>"$dir/output.log" 2>&1)
    set_end $?
    exec 2>/dev/null
    finish "$code" "$signal"
  fi
  [ -e "$dir/process" ] && load_end || return
  # What is run next is watched by this very process, which is not to be deaf to signals, and leads a group of its own from now on.
  trap - HUP INT QUIT TERM
  leading=
  [ "$me" = $$ ] || leading=setsid
  exec $leading sh "$AGENT" keep "$job" "$asked_at" "$asked_up"
}

# The first one is written in place, into the claim: before it is whole it is as good as none. $$ is not ours in a part of a pipe.
note_watcher() {
  process self || return
  me=${stat# } me=${me%% *}
  if [ -s "$dir/watcher" ]; then
    put "$dir/watcher" "$me $process_start"
  else
    printf '%s\n' "$me $process_start" >"$dir/watcher"
  fi
}

# $? is 128+n for death by signal n, but also for an exit with that number. sh names a signal on its stderr, which tells them apart,
# save for INT and PIPE, which it never names: 130 and 141 are taken as these.
set_end() {
  code=$1 signal=
  [ "$1" -gt 128 ] || return 0
  first_line "$dir/said"
  [ -n "$line" ] || [ "$1" = 130 ] || [ "$1" = 141 ] || return 0
  signal=$(kill -l $(($1 - 128)) 2>/dev/null)
}

# The job itself, in a subshell: notes who it is, becomes the login shell, which reads the profile and then runs the script. What is
# given comes before the shell.
run_job() {
  process self
  pid=${stat# } pid=${pid%% *}
  printf '%s\n' "$process_start" >"$dir/pid_start" && printf '%s\n' "$pid" >"$dir/pid"
  # Who was waited for in vain is not to run after all.
  [ ! -e "$dir/lost" ] || exit
  [ ! -e "$dir/stop_requested" ] || kill -s TERM "$pid"
  # By a process between: the job is not to get children it did not start.
  load "$job" && set_row && (tell)
  export DROVER_JOB="$job" DROVER_SCRIPT="$dir/script" SHELL="$DROVER_SHELL"
  decode "${spec##* =}"
  export DROVER_WORKDIR="$text"
  cd "$DROVER_WORKDIR" 2>/dev/null || cd "${HOME:-/}" || cd /
  umask "$DROVER_UMASK"
  LC_ALL=$DROVER_LC_ALL
  [ -n "$LC_ALL" ] || unset LC_ALL
  shell=$DROVER_SHELL
  unset DROVER_SHELL DROVER_UMASK DROVER_LC_ALL DROVER_AGENT DROVER_ROOT DROVER_BOOT_ID_FILE DROVER_LOG DROVER_LOG_PID DROVER_SETSID
  # What a profile prints to stdout is no output of the job. csh takes no -l beside -c, and no numbered stream.
  case ${shell##*/} in
    csh | tcsh) exec "$@" "$shell" -c 'exec /bin/sh "$DROVER_SCRIPT"' ;;
    busybox) exec "$@" "$shell" sh -l -c 'exec /bin/sh "$DROVER_SCRIPT" >&8 8>&-' 8>&1 >/dev/null ;;
    *) exec "$@" "$shell" -l -c 'exec /bin/sh "$DROVER_SCRIPT" >&8 8>&-' 8>&1 >/dev/null ;;
  esac
}

# ---- terminals

# One tmux server a job, all of it made by one command line: what comes later would miss the first lines. Its options hold no text of
# ours but in `@` options, which tmux does not expand again; a word that ends in `;` would end the command. No focus-events: at the end
# screen looking away would count as a key.
run_in_terminal() {
  first_line "$dir/terminal" && columns=${line%% *} rows=${line##* }
  short=${job%%-*}
  set_socket
  first_line "$dir/spec"
  # shellcheck disable=SC2086 # Fields hold no space; nothing is globbed (set -f).
  set -- $line
  label "$3" && worker=$text
  label "$5" && command=$text
  set_formats
  unset TMUX TMUX_PANE
  export DROVER_LOG="$dir/output.log" DROVER_LOG_PID="$dir/log_pid"
  decode "${6#=}" && { cd "$text" 2>/dev/null || :; }
  is_told=1
  # One row is the status bar's.
  said=$(tmux -u -f /dev/null -S "$socket" start-server \; \
    set -g default-terminal "$(best_terminal)" \; set -g history-limit 50000 \; set -g default-shell /bin/sh \; \
    set -s escape-time 0 \; set -gq @worker "$worker" \; set -gq @command "$command" \; \
    set -g status-interval 1 \; set -g 'status-format[0]' "$above" \; set -g 'status-format[1]' "$bar" \; \
    bind-key -T prefix d detach-client -E 'exit 0' \; bind-key -T prefix D detach-client -E 'exit 0' \; \
    bind-key -T drover-done Any detach-client -E 'exit 0' \; \
    new-session -d -s "$short" -x "$columns" -y "$((rows > 1 ? rows - 1 : 1))" sh "$AGENT" watch-terminal "$job" \; \
    set -p remain-on-exit on \; set -pq remain-on-exit-format '' \; \
    set-hook -p pane-died "set -t '=$short:' key-table drover-done ; set -t '=$short:' prefix None ; set -g @ended 1 ; set -g status 2 ; \
      run-shell -b 'exec sh \"\$DROVER_AGENT\" settle $job'" \; \
    pipe-pane -o "sh -c 'echo \$\$ >\"\$DROVER_LOG_PID\"; exec cat >>\"\$DROVER_LOG\"'; exec sh \"\$DROVER_AGENT\" settle $job" 2>&1) || is_told=
  # Whoever told tmux may have been killed when that had been done, or was under way.
  if [ -z "$is_told" ] && claim_run; then
    encode "tmux could not open its terminal: $said"
    printf '%s\n' "$field" >"$dir/reason"
    true >"$dir/failed"
    finish 126 ''
    return
  fi
  # Until the watcher in the terminal has noted itself, we are who would know of its end.
  tries=0
  while first_line "$dir/watcher" && [ "${line%% *}" = "$me" ] && [ $tries -lt 500 ]; do
    tries=$((tries + 1))
    sleep 0.02 2>/dev/null || sleep 1
  done
}

# A unix socket's path must be short. Files in /tmp may be anyone's, so a folder there must be ours.
set_socket() {
  socket=$dir/tmux
  if [ ${#socket} -gt 100 ]; then
    place=${TMPDIR:-/tmp}
    [ ${#place} -lt 50 ] || place=/tmp
    place=$place/drover-$(id -u)
    mkdir -m 700 "$place" 2>/dev/null
    { [ -d "$place" ] && [ ! -L "$place" ] && [ "$(stat -c '%u %a' "$place" 2>/dev/null)" = "$(id -u) 700" ]; } || place=
    # Without such a folder tmux says what is wrong with the long path.
    [ -z "$place" ] || socket=$place/$short
  fi
  printf '%s\n' "$socket" >"$dir/tmux_socket"
  printf '%s\n' "$short" >"$dir/tmux_session"
}

# Text of a person's for the status bar: no control characters, no style (`#[`), and a `;` at its end as tmux wants it.
label() {
  text=$(printf '%b' "${1#=}" | tr '\000-\037\177' ' ' | sed 's/#\[/# [/g; s/;$/\\;/')
}

best_terminal() {
  for name in tmux-256color screen-256color; do
    if has_terminfo $name; then
      echo $name
      return
    fi
  done
  echo screen
}

has_terminfo() {
  first=${1%"${1#?}"}
  for place in "${TERMINFO-}" "${HOME-}/.terminfo" /etc/terminfo /lib/terminfo /usr/share/terminfo /usr/lib/terminfo /usr/local/share/terminfo; do
    [ ! -e "$place/$first/$1" ] || return 0
  done
  return 1
}

# The clock counts by itself: no process a second. Signals are known to tmux by number only. The end is told in a second line above the
# bar, and not before a key would be heard: tmux's own place for it is in the screen, from where it pushes out the first line of a job's
# output.
set_formats() {
  names='#{pane_dead_signal}'
  for pair in 1:HUP 2:INT 3:QUIT 4:ILL 6:ABRT 7:BUS 8:FPE 9:KILL 11:SEGV 13:PIPE 14:ALRM 15:TERM; do
    names="#{?#{==:#{pane_dead_signal},${pair%:*}},${pair#*:},$names}"
  done
  for_seconds="#{e|-|:#{?pane_dead,#{pane_dead_time},%s},$now}"
  clock="#{e|/|:$for_seconds,3600}:#{=-2:0#{e|/|:#{e|m|:$for_seconds,3600},60}}:#{=-2:0#{e|m|:$for_seconds,60}}"
  state="#{?pane_dead,#{?pane_dead_signal,signal $names,done #{pane_dead_status}},running}"
  bar="p-$short  #{@worker}  #{=40:@command}  [$state]  $clock"
  end_text="--- Job done [#{?pane_dead_signal,signal $names,exit #{pane_dead_status}}]. Press any key to detach. ---"
  above="#{?@ended,#[fg=default bg=default fill=default]$end_text,$bar}"
}

# The first process of the terminal: runs the job, writes its end when all its output is in the log, then ends as the job did, which
# tmux shows.
watch_terminal() {
  dir=$JOBS/$1 job=$1
  claim_run || exit
  # Not HUP: the kernel sends it to us alone when the terminal goes, and to the job only when we have gone too.
  trap : INT QUIT TERM
  note_watcher
  exec 3>&2 2<>"$dir/said"
  (run_job 2>&3 3>&-)
  set_end $?
  # Now it comes because tmux closes what we let go of.
  trap : HUP
  exec </dev/null >/dev/null 2>/dev/null 3>&-
  await_log
  finish "$code" "$signal"
  [ ! -e "$dir/process" ] || (trap - HUP INT QUIT TERM && detach keep "$job")
  close_old_terminals
  # shellcheck disable=SC3045 # Not POSIX, but in all three; without it a core file of sh may be left.
  ulimit -c 0
  trap - HUP INT QUIT TERM
  [ -z "$signal" ] || kill -s "$signal" $$
  exit "$code"
}

# tmux drops what it has not yet read when a terminal's first process ends. So we have let go of the terminal but live on: tmux reads it
# to its end, hands all to the log's pipe, and says the pane is dead. It never does while something the job left behind holds the
# terminal: then the job's own output has had half a second. Then `cat`, which sleeps only when it has read and written everything.
await_log() {
  first_line "$dir/tmux_socket" && socket=$line
  tries=0
  while [ $tries -lt 30 ] && is_dead=$(tmux -S "$socket" display-message -p -t "$TMUX_PANE" '#{pane_dead}') && [ "$is_dead" = 0 ]; do
    tries=$((tries + 1))
    sleep 0.01 || sleep 1
  done
  # On a busy host the job may have ended before `cat` has begun.
  tries=0
  while first_line "$dir/log_pid" && log_pid=$line && [ -z "$log_pid" ] && [ $tries -lt 1000 ]; do
    tries=$((tries + 1))
    sleep 0.01 || sleep 1
  done
  tries=0
  while [ -n "$log_pid" ] && process "$log_pid" && [ "$process_state" != S ] && [ $tries -lt 3000 ]; do
    tries=$((tries + 1))
    sleep 0.01 || sleep 1
  done
  if [ -n "$log_pid" ] && ! process "$log_pid"; then
    encode 'its output is not all in its log: what wrote it has ended early' && printf '%s\n' "$field" >"$dir/reason"
  fi
}

# For a job whose watcher or terminal may have been killed: waits for its end, which nobody else would notice, and tells that it is lost.
settle() {
  exec >/dev/null 2>&1
  tries=0
  while load "$1" && [ "$job_state" = running ]; do
    # What was killed beside it, such as a whole terminal, goes within moments.
    tries=$((tries + 1))
    [ $tries -lt 10 ] && sleep 0.1 || sleep 1
  done
}

# For the script of an app that is drawn, once more as it looks away from it: the app has a PID of its own only when it has begun. Whoever
# calls is in the job, so this is still its boot.
tell_app() {
  tries=0
  while [ ! -s "$JOBS/$1/app_pid" ] && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.02 || sleep 1
  done
  first_line "$JOBS/$1/boot_id" && BOOT_ID=$line
  load "$1" && [ "$job_state" = running ] && set_row && tell
}

# A finished session goes when it has been looked at, after a day, or when there are more than twenty.
close_old_terminals() (
  set +f
  finished=
  for socket in "$JOBS"/*/tmux_socket; do
    dir=${socket%/*}
    [ -e "$socket" ] && { [ -e "$dir/exitcode" ] || [ -e "$dir/lost" ]; } || continue
    first_line "$dir/ended_at"
    finished="$finished${line:-0} ${dir##*/}
"
  done
  [ -n "$finished" ] || exit
  now=$(date +%s)
  printf '%s' "$finished" | sort -rn | {
    open=0
    while read -r ended id; do
      open=$((open + 1))
      [ $open -le 20 ] && [ $((now - ended)) -lt 86400 ] || close_terminal "$id"
    done
  }
)

close_terminal() {
  first_line "$JOBS/$1/tmux_socket"
  [ -n "$line" ] || return 0
  socket=$line
  [ -z "$(tmux -S "$socket" list-clients 2>/dev/null)" ] || return 0
  tmux -S "$socket" kill-server 2>/dev/null
  rm -f "$JOBS/$1/tmux_socket" "$socket"
}

# The processes of a job have here what they need. To read on would cost each of them most of a millisecond, and the job waits for it.
case ${1-} in
  run | watch-terminal | settle | tell-app)
    main "$@"
    exit
    ;;
esac

# ---- processes that are run again

# A process is run again by its host, whoever is away. In its folder:
#
#   owner policy   whose; restart initialMs maxMs stableMs logCapBytes
#   newest         job run failures: its newest run. Written when that job's folder is there
#   runs, kept     job bytes, for each run before, oldest first; how many these are, and how many bytes of logs
#   stop           it is not to be run again
#   next           job next: the id of the run after that job
#   next_at        job seconds failures: when that begins, while it is waited for
#   keeper         pid start job: who sees to what comes after that job
#
# The process that has watched a run becomes its keeper. A keeper that was killed is replaced by whoever notices: an agent that begins to
# serve, who tends the processes, or whoever finds that the run was lost. However many there are, one run follows: a keeper looks at
# `newest` and `stop`, makes the next job and writes `newest` under one lock, and a job is begun once by its claim. What stops the process
# writes `stop` under that lock before it looks which run is to be ended.

# Puts what the core says of a process in $process_id, $policy and $place.
set_policy() {
  IFS=/
  # shellcheck disable=SC2086 # To be split.
  set -- $1
  IFS=' '
  [ $# = 6 ] && is_id "$1" || return
  case $2 in never | on-failure | always) ;; *) return 1 ;; esac
  case -$3-$4-$5-$6- in *--* | *[!0-9-]*) return 1 ;; esac
  process_id=$1 policy="$2 $3 $4 $5 $6" place=$PROCESSES/$1
}

# The kernel drops this lock with the calling subshell.
lock_process() {
  exec 9>>"$place/lock" && flock 9
}

# Puts the newest run of the process at $place in $newest, $run and $failures; false where there is none.
set_newest() {
  first_line "$place/newest"
  newest=${line%% *} failures=${line##* } run=${line#* }
  run=${run% *}
  [ -n "$newest" ]
}

has_other_run() {
  set_newest && [ "$newest" != "$id" ] && is_begun "$newest"
}

# admit OWNER WORKDIR : makes the job $id the newest run of its process; what was waited for, and that it was stopped, is forgotten.
admit() {
  if ! set_newest && [ -e "jobs/$id" ]; then
    run=1
    number_run "jobs/$id" && describe_process "$@" || return
    set -C
    { printf '%s\n' "$id 1 0" >"$place/newest"; } 2>/dev/null
    is_first=$?
    set +C
    [ $is_first != 0 ] || return 0
  fi
  (admit_again "$@")
}

admit_again() {
  lock_process && ! has_other_run || return
  # Sent before, it may have begun meanwhile.
  [ ! -e "jobs/$id/watcher" ] || return 0
  [ "$newest" = "$id" ] || make_newest "$@" || return
  [ ! -e "$place/stop" ] && [ ! -e "$place/next" ] && [ ! -e "$place/next_at" ] || rm -f "$place/stop" "$place/next" "$place/next_at"
}

make_newest() {
  run=$((${run:-0} + 1)) is_again=
  if [ -e "jobs/$id" ]; then
    is_again=1
    number_run "jobs/$id" || return
  else
    number_run "$written/$id" && mv "$written/$id" "jobs/$id" || return
  fi
  [ -z "$newest" ] || { note_run && end_keeper; } || return
  describe_process "$@" && put "$place/newest" "$id $run 0"
}

# Another run may have been made since the job was written.
number_run() {
  first_line "$1/process"
  [ "$line" = "$process_id $run" ] || put "$1/process" "$process_id $run"
}

describe_process() {
  printf '%b' "${1#=}" >"$place/owner" && printf '%s\n' "$policy" >"$place/policy" && mark_workdir "$2" "$1"
}

# mark_workdir WORKDIR OWNER : the workdir of a first run is that of all which follow, and may outlive that job.
mark_workdir() {
  workdir_id=$id
  if [ "$1" != - ]; then
    decode "${1#=}"
    case $text in "$ROOT"/workdirs/*) text=${text#"$ROOT"/workdirs/} ;; *) return 0 ;; esac
    workdir_id=${text%%/*}
  fi
  [ -e "$ROOT/workdirs/.owner.$workdir_id" ] || printf '%b' "${2#=}" >"$ROOT/workdirs/.owner.$workdir_id" || return
  printf '%s\n' "$process_id" >"$ROOT/workdirs/.kept.$workdir_id"
}

# Whether a run of a process has, or will have, its workdir there.
is_kept() {
  first_line "$ROOT/workdirs/.kept.$1"
  [ -n "$line" ] || return
  place=$PROCESSES/$line
  set_newest && is_at_work "$newest"
}

# Notes the newest run as one of those before; $is_again: that may have been done, and what follows it been cut off.
note_run() {
  dir=$JOBS/$newest
  [ -e "$dir/output.log" ] || return 0
  if [ -n "$is_again" ] && grep -qs "^$newest " "$place/runs"; then
    awk '{ bytes += $2 } END { printf "%d %.0f\n", NR, bytes }' "$place/runs" >"$place/kept"
    return
  fi
  set_log_size
  size=$((size - log_dropped + log_base))
  first_line "$place/kept"
  printf '%s %s\n' "$newest" "$size" >>"$place/runs" && printf '%s %s\n' "$((${line%% *} + 1))" "$((${line##* } + size))" >"$place/kept"
}

# Under the lock: ends who waits to begin the run after the newest one.
end_keeper() {
  first_line "$place/keeper"
  keeper=${line%% *} keeper_start=${line#* }
  keeper_start=${keeper_start% *}
  # It leads a group of its own, in which it sleeps.
  [ "${line##* }" != "$newest" ] || ! is_process "$keeper" "$keeper_start" || kill -KILL "-$keeper" 2>/dev/null
  true
}

# keep JOB [TIME UPTIME] : that run has ended. Waits, and becomes what watches the next one. When the time was last asked for, as `run`.
keep() {
  exec </dev/null >/dev/null 2>&1
  is_keeper=1 asked_at=${2-} asked_up=${3-}
  load "$1" && first_line_of_run || exit
  process_id=${line% *} place=$PROCESSES/${line% *}
  case $job_state in starting | running) exit ;; esac
  (claim_keeping) && is_wanted || exit
  # It may hold what the next run needs, such as a port.
  ! has_left_over || sh "$AGENT" kill-tree "$job" TERM 5000
  set_pause
  if [ "$pause" != 0 ]; then
    set_now
    at=$(((now * 1000 + pause + 999) / 1000))
    put "$place/next_at" "$job $at $counted"
    event="restart =$process_id =$job $at $counted"
    tell_event
    trap - HUP INT QUIT TERM
    nap "$pause"
  fi
  until next=$(follow_up); do
    [ $? = 2 ] || exit
    # There may be room later.
    nap 5000
  done
  tend_all "$next"
  unset is_keeper
  run "$next" "$asked_at" "$asked_up"
}

# Whether the loaded run, which has ended, left something: in its group of processes, on which a terminal hangs up, or anywhere else.
has_left_over() {
  { [ ! -e "$dir/terminal" ] && [ -n "$pid" ] && kill -0 "-$pid" 2>/dev/null; } ||
    (set +f && grep -qsazF "DROVER_JOB=$job" /proc/[0-9]*/environ)
}

# Not every sleep knows parts of a second.
nap() {
  sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))" || sleep $(($1 / 1000 + 1))
}

claim_keeping() {
  lock_process && set_newest && [ "$newest" = "$job" ] && [ ! -e "$place/stop" ] || return
  first_line "$place/keeper"
  case $line in
    "$$ "*) ;;
    *" $job")
      line=${line% *}
      ! is_process "${line% *}" "${line#* }" || return
      ;;
  esac
  # A full disk has no room for that.
  process $$ && printf '%s\n' "$$ $process_start $job" >"$place/keeper"
  true
}

# Whether the loaded run, which has ended, is to be followed by another.
is_wanted() {
  [ ! -e "$place/stop" ] && [ "$job_stopped" = 0 ] || return
  first_line "$place/policy"
  case $line in
    always*) ;;
    on-failure*) [ "$job_state $job_code" != 'ended 0' ] ;;
    *) return 1 ;;
  esac
}

# Puts in $pause for how many milliseconds the next run is waited for, and in $counted the failures in a row up to here. A host that was
# restarted is no failure of its processes.
set_pause() {
  pause=0
  set_newest
  first_line "$dir/boot_id"
  [ "$line" = "$BOOT_ID" ] || {
    counted=0
    return
  }
  first_line "$place/policy"
  # shellcheck disable=SC2086 # Numbers, to be split.
  set -- $line
  case $job_started$job_ended in
    *-*) ;;
    *) [ $(((job_ended - job_started) * 1000)) -lt "$4" ] || failures=0 ;;
  esac
  counted=$((failures + 1)) pause=$2 doubled=1
  while [ $doubled -lt $counted ] && [ "$pause" -lt "$3" ] && [ "$pause" -gt 0 ]; do
    doubled=$((doubled + 1)) pause=$((pause * 2))
  done
  first_line /proc/sys/kernel/random/uuid
  pause=$((pause * (75 + 0x${line%"${line#????}"} % 51) / 100))
  [ "$pause" -le "$3" ] || pause=$3
}

# Makes the run after the loaded one, and prints its id. Exits 2 where there is no room for it.
follow_up() (
  lock_process && set_newest && [ "$newest" = "$job" ] && [ ! -e "$place/stop" ] || exit 1
  first_line "$place/next"
  next=${line#* } is_again=1
  if [ "${line%% *}" != "$job" ]; then
    first_line /proc/sys/kernel/random/uuid
    next=$line is_again=
    printf '%s\n' "$job $next" >"$place/next" || exit 2
  fi
  run=$((run + 1))
  [ -e "$JOBS/$next" ] || write_next || exit 2
  note_run && put "$place/newest" "$next $run $counted" || exit 2
  [ ! -e "$place/next_at" ] || rm -f "$place/next_at"
  echo "$next"
)

write_next() {
  new=$JOBS/.new.$next.$$ terminal=
  [ ! -e "$dir/terminal" ] || terminal=$dir/terminal
  first_line "$dir/spec"
  mkdir -p "$new" && cp "$dir/owner" "$dir/worker" "$dir/cwd" "$dir/cmd" "$dir/script" ${terminal:+"$terminal"} "$new" &&
    printf '%s\n' "$line" "$AGENT" >"$new/spec" && printf '%s\n' "$BOOT_ID" >"$new/boot_id" && true >"$new/output.log" &&
    printf '\n%62s\n' '' >"$new/said" && printf '%s\n' "$process_id $run" >"$new/process" && mv "$new" "$JOBS/$next" || {
    rm -rf "$new"
    return 1
  }
}

# What was begun and lost its keeper, or never began, goes on; false if there is nothing to wait for. A run that was to be stopped before
# it began ends itself.
take_up() {
  set_newest && load "$newest" || return
  case $job_state in
    running) return ;;
    starting)
      if [ ! -e "$dir/watcher" ]; then
        # Whoever stopped the process, or starts it again, was cut off, and is to say so once more.
        [ ! -e "$place/stop" ] || return
        detach run "$job" </dev/null >/dev/null
      elif [ ! -s "$dir/watcher" ]; then
        # As a claim is for a moment; for longer when whoever made it was killed in that, or found no room to note itself.
        case " ${claimed-} " in
          *" $job "*) [ -n "$(tree "$job" "$job")" ] || lose 'its start was interrupted' ;;
          *) claimed="${claimed-} $job" due=10 ;;
        esac
      fi
      [ "$job_state" = lost ] || return 0
      ;;
  esac
  is_wanted || return
  first_line "$place/keeper"
  keeper=${line% *}
  [ "${line##* }" = "$newest" ] && is_process "${keeper% *}" "${keeper#* }" || detach keep "$job" </dev/null >/dev/null
}

# stop-process ID signal graceMs JOB|- : answers with the newest run, and whether that is to be the last.
stop_process() {
  process_id=${1#=} place=$PROCESSES/${1#=}
  set_newest || {
    err NOT_FOUND "This host has no process $process_id"
    return
  }
  case "${2#=}${3#=}" in *[!A-Z0-9]*) err BAD_INPUT "'$2' is no signal" && return ;; esac
  marked=$(mark_stopped "${4#=}") || {
    fail "Cannot stop process $process_id"
    return
  }
  if load "${marked#* }"; then
    if [ "${marked% *}" = 1 ]; then
      end_tree "${2#=}" "${3#=}" || return
      case $job_state in
        starting | running) ;;
        *)
          # shellcheck disable=SC2034 # As in end_tree.
          ! has_left_over || detached=$(detach kill-tree "$job" "${2#=}" "${3#=}" </dev/null)
          ;;
      esac
    fi
    set_row
    send_row "$row"
  fi
  ok "${marked% *}"
}

mark_stopped() (
  lock_process && set_newest || exit
  if [ "$1" != - ] && [ "$1" != "$newest" ]; then
    echo "0 $newest"
    exit
  fi
  # Empty, as a job's.
  true >"$place/stop" || exit
  end_keeper
  [ ! -e "$place/next_at" ] || rm -f "$place/next_at"
  echo "1 $newest"
)

list_processes() {
  set +f
  for place in "$PROCESSES"/[0-9a-f]*; do
    set_newest || continue
    first_line "$place/owner"
    encode "$line"
    stopped=0 at=-
    if [ -e "$place/stop" ]; then
      stopped=1
    else
      first_line "$place/next_at"
      case $line in "$newest "*) line=${line#* } && at=${line% *} failures=${line#* } ;; esac
    fi
    reply "row =${place##*/} $field =$newest $run $failures $stopped $at"
  done
  ok
}

remove_process() {
  place=$PROCESSES/$1
  [ -e "$place" ] || {
    ok
    return
  }
  (forget_process)
  case $? in
    0) ok ;;
    3) err CONFLICT "Process $1 runs: stop it first" ;;
    *) fail "Cannot remove process $1" ;;
  esac
}

forget_process() {
  lock_process || return
  ! set_newest || ! is_at_work "$newest" || return 3
  discard "$place"
}

# Whoever starts a run makes sure that the processes are tended; this says that there is one more.
tend_all() {
  printf '%s\n' "$1" >"$PROCESSES/.turn"
  first_line "$PROCESSES/.tend"
  is_process "${line% *}" "${line#* }" || detach tend </dev/null >/dev/null
}

# As above: a process that has ended waits for its keeper.
case ${1-} in
  keep)
    main "$@"
    exit
    ;;
esac

# ---- what an agent starts

# The one child of ours that goes with us. It may have gone before, and its number may be another's by then.
note_child() {
  child=$! child_start=
  ! process "$child" || child_start=$process_start
}

end_child() {
  ! is_process "$child" "$child_start" || kill "$child" 2>/dev/null
}

# Everything a job is: what has its id in the environment, descends from its first process or is in its session; never its watcher
# and the watcher's helpers. Reads `J id` lines and grep's finds, takes /proc folders. With `wanted` it prints the PIDs of that job, else
# a row per job, or per process of a `P pid start` line with what descends from it; the id of a job that neither runs nor is watched goes
# to descriptor 3. Nothing is printed before all is read.
TREE_AWK='
function read_stat(pid,  file, text, all, f) {
  file = "/proc/" pid "/stat"
  while ((getline text < file) > 0) all = all " " text
  close(file)
  if (all == "") return
  sub(/^.*\) /, "", all)
  split(all, f, " ")
  state[pid] = f[1]; parent[pid] = f[2]; session[pid] = f[4]; began[pid] = f[20]
  ticks[pid] = f[12] + f[13] + f[14] + f[15]; pages[pid] = f[22]
}
function owner(pid,  at, steps, found) {
  for (at = pid; at in parent && steps++ < 10000; at = parent[at]) {
    if (at in of) return of[at]
    if (found == "" && session[at] in of_session) found = of_session[session[at]]
  }
  return found
}
function pss(pid,  file, text, f) {
  file = "/proc/" pid "/smaps_rollup"; f[2] = -1
  while ((getline text < file) > 0) if (text ~ /^Pss:/) { split(text, f, " "); break }
  close(file)
  return f[2]
}
function first_line(path,  text) {
  if ((getline text < path) <= 0) text = ""
  close(path)
  return text
}
BEGIN {
  for (i = 1; i < ARGC; i++) read_stat(substr(ARGV[i], 7))
  ARGC = 1
}
$1 == "J" {
  dir = ENVIRON["JOBS"] "/" $2
  pid = first_line(dir "/pid"); start = first_line(dir "/pid_start")
  split(first_line(dir "/watcher") " none none", watcher, " ")
  if (pid == "") pid = "none"
  # Not begun: it has nothing to be counted, and nothing to be gone.
  if (wanted == "" && watcher[1] == "none") next
  ids[++count] = $2
  is_up = (pid in began && began[pid] == start)
  is_watched = (watcher[1] in began && began[watcher[1]] == watcher[2])
  if (is_up) of[pid] = $2
  if (is_watched) of[watcher[1]] = ""
  # The number of a session cannot be given anew while someone is in it, but it can when all have left.
  if (first_line(dir "/spec") ~ /^1/) {
    if (is_watched || !(watcher[1] in began)) of_session[watcher[1]] = $2
  } else if (is_up || !(pid in began)) of_session[pid] = $2
  alive[$2] = is_up || is_watched
  next
}
$1 == "P" {
  if (!($2 in began) || began[$2] != $3) next
  ids[++count] = of[$2] = $2 "/" $3
  alive[of[$2]] = 1
  next
}
{
  split($0, part, "/"); sub(/^.*DROVER_JOB=/, "")
  if (!(part[3] in of)) of[part[3]] = $0
}
END {
  for (pid in parent) {
    id = owner(pid)
    if (id == "") continue
    if (wanted != "") {
      if (id == wanted && state[pid] != "Z" && state[pid] != "X") print pid
      continue
    }
    cpu[id] += ticks[pid]
    if (state[pid] == "Z" || !(id in alive)) continue
    processes[id]++
    kb = pss(pid)
    if (kb < 0) hidden[id] = 1
    else proportional[id] += kb
    resident[id] += pages[pid] * page_kb
  }
  if (wanted != "") exit
  for (i = 1; i <= count; i++) {
    id = ids[i]
    if (!alive[id]) printf "%s ", id > "/dev/fd/3"
    else print head " row", "=" id, cpu[id] + 0, (id in hidden ? resident[id] : proportional[id]) + 0, (id in hidden ? "rss" : "pss"), processes[id] + 0
    fflush()
  }
}'

# tree WANTED|'' IDS
tree() (
  set +f
  again look_for_tree "$@"
)

look_for_tree() {
  {
    # shellcheck disable=SC2086 # Ids, to be split.
    printf 'J %s\n' $2
    grep -azosH "^DROVER_JOB=${1:-[0-9a-f-]*}\$" /proc/[0-9]*/environ | tr '\0' '\n'
  } | JOBS=$JOBS awk -v wanted="$1" -v page_kb="${PAGE_KB:-4}" -v head="${NONCE-} ${REQUEST-}" "$TREE_AWK" /proc/[0-9]*
}

# Does what reads the files of processes, once more while that fails: mawk ends where a process does between the opening and the reading.
again() {
  tries=1
  until "$@"; do
    [ $tries -lt 10 ] || return
    tries=$((tries + 1))
  done
}

# ---- the log of events

# Prints the log from where the core stands, then whatever the FIFO announces. A process of its own; ends at `quit` or with its reader.
watch() {
  exec <>"$EVENTS/w.$$"
  exec 4<"$EVENTS/log.$generation"
  [ "$at" = 0 ] || dd bs="$at" skip=1 count=0 <&4 2>/dev/null
  part=
  drain
  while IFS= read -r told; do
    case $told in
      quit) exit ;;
      ?*) printf '%s - event %s:%s %s\n' "$NONCE" "$generation" "$at" "$told" || exit ;;
    esac
    drain
  done
}

drain() {
  while :; do
    drain_log
    first_line "$EVENTS/generation"
    [ "$line" != "$generation" ] || return 0
    # What came between the end we saw and the change of logs.
    drain_log
    generation=$line at=0 part=
    exec 4<"$EVENTS/log.$generation"
  done
}

drain_log() {
  while IFS= read -r entry <&4; do
    entry=$part$entry part=
    at=$((at + ${#entry} + 1))
    [ -z "$entry" ] || printf '%s - event %s:%s %s\n' "$NONCE" "$generation" "$at" "$entry" || exit
  done
  # The half of a line that is being written.
  part=$part$entry
}

# Begins a new log when there is none or the old one has grown. Offsets carry the generation, so an old one is known as such.
rotate() (
  exec 9>"$EVENTS/lock" && flock 9 || exit
  first_line "$EVENTS/generation"
  old=$line
  [ -z "$old" ] || size_of "$EVENTS/log.$old"
  [ -z "$old" ] || [ "$size" -gt 1048576 ] || exit
  new=$(date +%s).$$
  true >"$EVENTS/log.$new" && put "$EVENTS/generation" "$new"
  set +f
  for log in "$EVENTS"/log.*; do
    # The last one stays a while: someone may be adding to it.
    case $log in */log."$new" | */log."$old") ;; *) rm -f "$log" ;; esac
  done
) 9>&-

# ---- answering the core

serve() {
  NONCE=$1 REQUEST=- child='' child_start=''
  set -- "$JOBS" "$EVENTS" "$PROCESSES" "$ROOT/workdirs" "$ROOT/folders"
  for folder in "$@"; do
    [ -d "$folder" ] || mkdir -p "$@" || refuse "Cannot make $ROOT"
  done
  chmod 700 "$ROOT" || refuse "Cannot make $ROOT"
  [ -e "$EVENTS/generation" ] || rotate
  set_login_shell
  DROVER_SETSID=setsid
  ! setsid -f true 2>/dev/null || DROVER_SETSID=-f
  export DROVER_SETSID
  fifo=$EVENTS/w.$$ voice=$EVENTS/v.$$
  # Of one that was killed, and had our number.
  [ ! -e "$fifo" ] && [ ! -e "$voice.1" ] && [ ! -e "$voice.2" ] || rm -f "$fifo" "$voice.1" "$voice.2"
  mkfifo "$fifo" "$voice.1" "$voice.2" || refuse "Cannot make a FIFO in $EVENTS"
  trap 'stop_serving' EXIT
  trap 'exit 1' HUP INT TERM
  encode "$ROOT"
  ROOT_FIELD=$field
  hello
  ( (tidy) </dev/null >/dev/null 2>&1 &)
  while IFS= read -r request; do
    # shellcheck disable=SC2086 # Words of a request hold no space; nothing is globbed (set -f).
    set -- $request
    [ $# -ge 2 ] || continue
    REQUEST=$1 verb=$2
    shift 2
    answer "$@"
  done
}

# Ends the agent and its reader, never a job. The reader dies with us even when it is blocked.
stop_serving() {
  trap - EXIT
  end_child
  [ ! -e "$voice.1" ] || end_asking
  rm -rf "$fifo" "$JOBS/.new.$$"
}

# The border: a request with another number of fields, or whose first one is no id or key where it must be, goes no further.
answer() {
  case $verb/$# in
    sample/0) sample ;;
    clock/0) tell_clock ;;
    watch/1) start_watching "${1#=}" ;;
    start/11)
      asked="$REQUEST start $*"
      start_asked
      ;;
    start-all/1) start_all "${1#=}" ;;
    list/0) background list ;;
    job-samples/0) background job_samples ;;
    process-trees/*) background process_trees "$@" ;;
    top/1) background top "${1#=}" ;;
    disk/0) background disk ;;
    disk-entries/1) background disk_entries "$1" ;;
    remove-entry/3) background remove_entry "$@" ;;
    remove-entries/*) background remove_entries "$@" ;;
    processes/0) background list_processes ;;
    stop-process/4 | remove-process/1)
      is_id "${1#=}" && { [ "${4--}" = - ] || is_id "${4#=}"; } || { err BAD_INPUT "'$*' are no ids" && return; }
      case $verb in
        stop-process) stop_process "$@" ;;
        remove-process) background remove_process "${1#=}" ;;
      esac
      ;;
    stat/1 | stop/3 | signal/2 | cut/1 | remove/1 | make-workdir/3)
      is_id "${1#=}" || { err BAD_INPUT "'$1' is no job id" && return; }
      case $verb in
        stat) tell_state "$1" ;;
        stop) stop "$@" ;;
        signal) signal_job "$@" ;;
        cut) cut_job "$1" ;;
        remove) background remove "$1" ;;
        make-workdir) background make_workdir "$@" ;;
      esac
      ;;
    folder-stat/1 | folder-stamp/3 | make-spare/2)
      is_key "${1#=}" || { err BAD_INPUT "'$1' is no folder key" && return; }
      case $verb in
        folder-stat) folder_stat "$1" ;;
        folder-stamp) folder_stamp "$@" ;;
        make-spare) background make_spare "$@" ;;
      esac
      ;;
    *) err PROTOCOL "This agent has no request '$verb' of $# fields" ;;
  esac
}

# Runs what may take long beside the loop. By a process between, which we wait for, so that no dead child is left to us; what it starts
# answers on its own, and when it cannot even do that, its end does.
background() {
  (
    (
      trap - EXIT HUP INT TERM
      ("$@") || err HOST_ERROR "The agent could not do '$1'"
    ) </dev/null &
  )
}

reply() {
  printf '%s %s %s\n' "$NONCE" "$REQUEST" "$1"
}

ok() {
  reply "ok${1:+ $1}"
}

err() {
  encode "$(printf '%.600s' "$2")"
  reply "err $1 $field"
}

# What a failed write was for; a full disk is told as such.
fail() {
  if is_disk_full; then
    err DISK_FULL "$1: no space is left in $ROOT"
  else
    err HOST_ERROR "$1${2:+: $2}"
  fi
}

is_disk_full() {
  [ "$(df -Pk "$ROOT" 2>/dev/null | awk 'NR == 2 { print ($4 < 64) }')" = 1 ] ||
    [ "$(df -Pi "$ROOT" 2>/dev/null | awk 'NR == 2 { print ($2 > 0 && $4 == 0) }')" = 1 ]
}

ROW_AWK='{
  while (length($0) > 3800) { print head " more " substr($0, 1, 3800); fflush(); $0 = substr($0, 3801) }
  print head " row " $0; fflush()
}'

send_row() {
  if [ ${#1} -lt 3800 ]; then
    reply "row $1"
  else
    printf '%s\n' "$1" | awk -v head="$NONCE $REQUEST" "$ROW_AWK"
  fi
}

hello() {
  cpus=0
  while read -r name _; do
    case $name in cpu[0-9]*) cpus=$((cpus + 1)) ;; intr) break ;; esac
  done </proc/stat
  set_page_size
  ask_versions
  set_end_of_log
  devices='' device_set=0
  set_uptime
  look_around
  set_gpu
  counters
  login=$(id -un 2>/dev/null) || login=$(id -u)
  machine=$(uname -m) facts=
  first_line /proc/sys/kernel/hostname && name=$line
  first_line /proc/sys/kernel/osrelease && release=$line
  for fact in "${AGENT##*/agent-}" "$BOOT_ID" "$ROOT" "$login" "${HOME-}" "$DROVER_SHELL" "$name" "$machine" "Linux $release"; do
    encode "$fact"
    facts="$facts $field"
  done
  # What Linux tells programs it counts in hundredths of a second: include/uapi/asm-generic/param.h, with one exception.
  clock_ticks=100
  [ "$machine" != alpha ] || clock_ticks=1024
  ask_clock
  hello_end=$generation:$at
  reply "hello$facts $cpus $has_gpu $tmux_version $rsync_version $clock_ticks =$hello_end $now $sampled"
}

# Puts the size of a page of memory, in KiB, in $PAGE_KB.
set_page_size() {
  PAGE_KB=
  { while read -r name PAGE_KB _; do case $name in KernelPageSize:) break ;; esac; done </proc/self/smaps; } 2>/dev/null
  [ -n "$PAGE_KB" ] || { PAGE_KB=$(getconf PAGESIZE 2>/dev/null) && PAGE_KB=$((PAGE_KB / 1024)); } || PAGE_KB=4
}

# A graphics card that programs can use: the screen of a virtual machine has none of these.
set_gpu() {
  has_gpu=0
  set +f
  for device in "${DROVER_DEVICES:-/dev}"/nvidia[0-9]* "${DROVER_DEVICES:-/dev}"/dri/renderD*; do
    [ ! -e "$device" ] || has_gpu=1
  done
  set -f
}

# A tool may hang, as on a disk that has gone: it is there, but has no version, when it said none in ten seconds.
ask_versions() {
  tmux_version=- rsync_version=-
  strike_clock </dev/null >/dev/null 2>&1 &
  clock=$!
  if command -v tmux >/dev/null 2>&1; then
    said=$(ask 1 tmux -V)
    encode "${said#tmux }" && tmux_version=$field
  fi
  if command -v rsync >/dev/null 2>&1; then
    said=$(ask 2 rsync --version)
    said=${said#*version } && encode "${said%% *}" && rsync_version=$field
  fi
  # Not TERM, which would end it by our own trap as long as it has not begun. Waited for: no dead child is left to an agent that serves.
  { kill -s KILL "$clock" && wait "$clock"; } 2>/dev/null
  end_asking
}

# What the clock sleeps by is not to outlive it by ten seconds.
end_asking() {
  first_line "$voice.nap"
  [ -z "$line" ] || kill -s KILL "$line" 2>/dev/null
  rm -f "$voice.nap" "$voice.1" "$voice.2"
}

# ask STRIKE tool argument: prints what the tool says of itself; nothing if it has not by that strike of the clock. Each has a FIFO of
# its own: one that is killed may let go of it late. And a shell of its own: the end of another's child would break off its opening.
ask() {
  heard=$voice.$1
  shift
  "$@" </dev/null >"$heard" 2>/dev/null &
  tool=$!
  while IFS= read -r said; do
    case $said in "$1 "* | late) break ;; esac
  done <"$heard"
  kill -s KILL "$tool"
  # What is stuck in the kernel does not even end now.
  [ "$said" = late ] || wait "$tool"
  case $said in "$1 "*) printf '%s' "$said" ;; esac
} 2>/dev/null

strike_clock() {
  trap - EXIT HUP INT TERM
  for strike in 1 2; do
    sleep 10 &
    echo $! >"$voice.nap"
    wait $!
    [ ! -p "$voice.$strike" ] || echo late 1<>"$voice.$strike"
  done
}

# Counters as they are: the core makes ratios of two of them. Builtins only, for this is asked every two seconds; but every tenth second
# it tells the time, so that the core sees when a clock was set, and once a minute it looks around. It wakes our reader, should who was
# to do that have been killed.
sample() {
  [ ! -p "$fifo" ] || echo 1<>"$fifo"
  set_uptime
  [ $((up - looked_up)) -lt 6000 ] || look_around
  counters
  if [ $((up - told_up)) -lt 1000 ]; then
    ok "$sampled -"
  else
    ask_clock
    ok "$sampled $now"
  fi
}

tell_clock() {
  ask_clock
  ok "$now"
}

ask_clock() {
  set_now 0
  told_up=$up
}

counters() {
  read -r _ user niced system idle iowait irq softirq steal _ </proc/stat
  total=0 free=0 available='' more=0
  while read -r name amount _; do
    case $name in
      MemTotal:) total=$amount ;;
      MemFree:) free=$amount ;;
      MemAvailable:) available=$amount && break ;;
      Buffers: | Cached:) more=$((more + amount)) ;;
      SwapTotal:) break ;;
    esac
  done </proc/meminfo
  read -r load1 _ </proc/loadavg
  set_pressure cpu && cpu_pressure=$pressure
  set_pressure memory && memory_pressure=$pressure
  set_pressure io && io_pressure=$pressure
  count_devices
  sampled="$user $niced $system $idle ${iowait:-0} ${irq:-0} ${softirq:-0} ${steal:-0} $total ${available:-$((free + more))} $load1"
  sampled="$sampled $up $cpu_pressure $memory_pressure $io_pressure $device_set $received $sent $sectors_in $sectors_out $disk_kb $free_kb"
}

# Puts in $pressure how much of the last ten seconds something waited for it, in percent; `-` where the kernel does not tell.
set_pressure() {
  first_line "/proc/pressure/$1"
  pressure=${line#some avg10=} pressure=${pressure%% *}
  case $pressure in '' | *[!0-9.]*) pressure=- ;; esac
}

# What went through the network cards, in bytes, and through the disks, in sectors of 512; `-` where there is none. From a file of a few
# bytes each: sh reads byte by byte, and the kernel's tables of all of them may have hundreds of lines.
count_devices() {
  received=- sent=- sectors_in=- sectors_out=-
  for device in $devices; do
    case $device in
      /sys/block/*)
        { read -r _ _ came _ _ _ went _ <"$device/stat"; } 2>/dev/null || continue
        sectors_in=$((${sectors_in#-} + came)) sectors_out=$((${sectors_out#-} + went))
        ;;
      *)
        { read -r came <"$device/statistics/rx_bytes" && read -r went <"$device/statistics/tx_bytes"; } 2>/dev/null || continue
        received=$((${received#-} + came)) sent=$((${sent#-} + went))
        ;;
    esac
  done
}

# Which network cards and whole disks there are, and how full the disk is that is ours: this one takes a process. The sums of other
# devices are not to be compared with those of before, so they get another number.
look_around() {
  looked_up=$up
  found=''
  set +f
  for path in /sys/class/net/*/device /sys/block/*/device; do
    # A disk with several ways to it is there once more for each.
    case $path in /sys/block/nvme*c*n*) continue ;; esac
    [ ! -e "$path" ] || found="$found ${path%/device}"
  done
  # In a container all cards are made of software.
  case $found in
    */sys/class/net/*) ;;
    *)
      for path in /sys/class/net/*/statistics; do
        [ "$path" = /sys/class/net/lo/statistics ] || [ ! -e "$path" ] || found="$found ${path%/statistics}"
      done
      ;;
  esac
  set -f
  [ "$found" = "$devices" ] || device_set=$((device_set + 1)) devices=$found
  disk_kb=- free_kb=-
  # The last line, up to its percentage: names before and behind may hold spaces.
  said=$(df -Pk "$ROOT" 2>/dev/null) || return 0
  said=${said##*
}
  # shellcheck disable=SC2086 # To be split.
  set -- ${said%\%*}
  [ $# -ge 5 ] || return 0
  shift $(($# - 4))
  case $1$3 in *[!0-9]*) ;; *) disk_kb=$1 free_kb=$3 ;; esac
}

# The user's login shell as far as it understands what run_job tells it; /bin/sh for the rest.
set_login_shell() {
  shell=${SHELL-}
  [ -n "$shell" ] || shell=$(getent passwd "$(id -u)" 2>/dev/null | sed 's/.*://')
  case ${shell##*/} in
    sh | bash | dash | ash | zsh | ksh | ksh93 | mksh | yash | fish | csh | tcsh | busybox) ;;
    *) shell= ;;
  esac
  [ -x "$shell" ] || shell=/bin/sh
  export DROVER_SHELL="$shell"
}

set_end_of_log() {
  first_line "$EVENTS/generation"
  generation=$line tries=0
  # Not within a line that is being written. One that a full disk has broken stays so.
  while size_of "$EVENTS/log.$generation" && at=$size && [ "$at" != 0 ] && [ $tries -lt 20 ]; do
    [ -n "$(tail -c 1 "$EVENTS/log.$generation")" ] || break
    tries=$((tries + 1))
  done
}

# Events from `generation:offset` on; from now on, and `rescan`, when that log is no longer there.
start_watching() {
  asked=$1 how=replay
  # Where it ended a moment ago, in our hello, does as well: what is told twice is known.
  first_line "$EVENTS/generation"
  case $hello_end in
    "$line:"*) generation=$line at=${hello_end#*:} ;;
    *) set_end_of_log ;;
  esac
  hello_end=
  if [ "${asked%%:*}" = "$generation" ] && [ "${asked##*:}" -le "$at" ] 2>/dev/null; then
    at=${asked##*:}
  else
    how=rescan
  fi
  ok "$how =$generation:$at"
  end_child
  watch &
  note_child
}

# ---- start

# start ID owner worker folder command summary script workdir columns rows PROCESS, or many of them behind `start-all COUNT`: for all of
# these together one program does what else takes one for each. A job is written beside and renamed into place: it is there whole or not at
# all. Its starter's claim then decides that it runs once, however often this is sent.
start_all() {
  case $1 in *[!0-9]* | '') err BAD_INPUT "'$1' is no number of starts" && return ;; esac
  left=$1 all=$REQUEST asked=
  while [ "$left" -gt 0 ] && IFS= read -r request; do
    left=$((left - 1)) asked="$asked$request
"
  done
  start_asked
  REQUEST=$all
  ok
}

# Begins the jobs of the requests in $asked, a line each, and answers them.
start_asked() {
  to_start='' of_process=
  each is_to_start "$asked"
  [ -n "$to_start" ] || return
  set_now
  # The starter comes up meanwhile, and begins when it is told.
  detached=$({ write_jobs && printf '%s\n' "${asked_at:--} ${asked_up:-0}$there"; } 2>/dev/null | detach run)
  [ -z "$of_process" ] || tend_all "$of_process"
  each answer_start "$to_start"
}

# each FUNCTION LINES : calls it with the words of each line.
each() {
  IFS='
'
  for words in $2; do
    IFS=' '
    # shellcheck disable=SC2086 # Words of a request, to be split.
    "$1" $words
  done
  IFS=' '
}

# Puts a start that is still to be done in $to_start; answers any other.
is_to_start() {
  REQUEST=$1
  [ $# = 13 ] && [ "$2" = start ] || { err PROTOCOL "This is no start: '$2' of $(($# - 2)) fields" && return; }
  id=${3#=}
  if ! is_id "$id"; then
    err BAD_INPUT "'$3' is no job id"
  elif [ "${11}" != - ] && ! command -v tmux >/dev/null 2>&1; then
    err MISSING_TOOL 'tmux is not installed, and a job with a terminal needs it'
  elif ! command -v setsid >/dev/null 2>&1; then
    err MISSING_TOOL 'setsid (of util-linux) is not installed'
  elif [ -e "$JOBS/$id/watcher" ] || [ -e "$JOBS/$id/exitcode" ]; then
    tell_state "$3"
  elif [ "${13}" != - ] && ! set_policy "${13#=}"; then
    err BAD_INPUT "'${13}' is no process"
  elif [ "${13}" != - ] && has_other_run; then
    err CONFLICT "Another run of process $process_id is at work"
  else
    [ "${13}" = - ] || of_process=$id
    to_start="$to_start$*
"
  fi
}

# Makes the jobs in $to_start, and puts those that are there in $there. In a subshell. Names are from the root on: that may hold spaces.
write_jobs() {
  cd "$ROOT" || return
  written=jobs/.new.$$ folders='' fresh='' there=''
  each name_folders "$to_start"
  # shellcheck disable=SC2086 # Paths of ids, to be split.
  mkdir -p $folders || return
  each write_job "$to_start"
  # shellcheck disable=SC2086 # As above.
  [ -z "$fresh" ] || mv $fresh jobs
  each admit_job "$to_start"
  [ -n "$there" ]
}

name_folders() {
  [ -e "jobs/${3#=}" ] || folders="$folders $written/${3#=}"
  [ "${10}" != - ] || folders="$folders workdirs/${3#=}"
  [ "${13}" = - ] || { set_policy "${13#=}" && folders="$folders processes/$process_id"; }
}

# Few files: to make one costs more than all else here. `said` is room for the job's end, see finish.
write_job() {
  id=${3#=} new=$written/${3#=} workdir=${10} run_of='' newest='' terminal=0
  [ ! -e "jobs/$id" ] || return
  [ "$workdir" != - ] || workdir=$ROOT_FIELD/workdirs/$id
  [ "${13}" = - ] || {
    set_policy "${13#=}"
    set_newest
    run_of="$process_id $((${run:-0} + 1))"
  }
  printf '%b' "${4#=}" >"$new/owner" && printf '%b' "${5#=}" >"$new/worker" && printf '%b' "${6#=}" >"$new/cwd" &&
    printf '%b' "${7#=}" >"$new/cmd" && printf '%b' "${9#=}" >"$new/script" && printf '%s\n' "$BOOT_ID" >"$new/boot_id" &&
    true >"$new/output.log" && printf '\n%62s\n' '' >"$new/said" || return
  if [ "${11}" != - ]; then
    terminal=1
    printf '%s %s\n' "${11#=}" "${12#=}" >"$new/terminal" || return
  fi
  [ -z "$run_of" ] || printf '%s\n' "$run_of" >"$new/process" || return
  printf '%s\n' "$terminal $4 $5 $6 $8 $workdir" "$AGENT" >"$new/spec" || return
  # One that follows another run is put there under the lock of its process.
  [ -n "$newest" ] || fresh="$fresh $new"
}

admit_job() {
  id=${3#=}
  if [ "${13}" = - ]; then
    [ -e "jobs/$id" ]
  else
    set_policy "${13#=}" && admit "$4" "${10}"
  fi && there="$there $id"
}

answer_start() {
  REQUEST=$1 id=${3#=}
  if [ ! -e "$JOBS/$id" ]; then
    rm -rf "$JOBS/.new.$$/$id"
    fail "Cannot write job $id"
    return
  fi
  [ -e "$JOBS/$id/watcher" ] || begin_late "$@"
  if [ -e "$JOBS/$id/watcher" ]; then tell_state "$3"; else fail "Cannot start job $id"; fi
}

# For a job that was written and whose starter has gone before it claimed it: once more. If that is in vain nobody is to begin it later, when
# its end has long been told.
begin_late() {
  [ "${13}" = - ] || { set_policy "${13#=}" && set_newest && [ "$newest" = "$id" ]; } && detached=$(detach run "$id" </dev/null)
  set -C
  { true >"$JOBS/$id/watcher"; } 2>/dev/null
  is_ours=$?
  set +C
  [ $is_ours != 0 ] || { load "$id" && lose 'its start was interrupted'; }
}

tell_state() {
  if load "${1#=}"; then
    set_row
    send_row "$row"
  elif [ -s "$JOBS/${1#=}/spec" ]; then
    err HOST_ERROR "Cannot read job ${1#=}"
    return
  fi
  ok
}

# ---- what their logs may take

# Keeps logs below their caps and finds keepers that were killed, once a host, as long as a process runs. Nothing of a run goes through
# it. A second costs two small programs, however many processes there are.
tend() {
  exec </dev/null >/dev/null 2>&1
  cd "$JOBS" && (claim_tending) || exit
  is_keeper=1 REQUEST=tend turn='' due=0 cutting='' marked=''
  set +f
  while [ -d "$PROCESSES" ]; do
    first_line "$PROCESSES/.turn"
    if [ "$line" != "$turn" ]; then
      turn=$line logs='' least=''
      # None of them is named otherwise: only what follows may be true.
      set -- ! -name output.log
      for place in "$PROCESSES"/[0-9a-f]*; do
        set_limit || continue
        [ -n "$least" ] && [ "$least" -lt "$limit" ] || least=$limit
        logs="$logs $newest/output.log"
        set -- "$@" -o -path "$newest/output.log" -size "+${limit}c"
      done
    fi
    over=
    # shellcheck disable=SC2086 # Ids, to be split.
    [ -z "$logs" ] || over=$(find $logs -size "+${least}c" \( "$@" \))
    cut=$cutting cutting=
    IFS='
'
    for log in $over; do
      case " $cut " in *" ${log%/*} "*) ;; *) cut="$cut ${log%/*}" ;; esac
    done
    IFS=' '
    for job in $cut; do
      cut_log
      turn=
    done
    mark_times
    due=$((due - 1))
    if [ $due -lt 0 ]; then
      # Sooner where somebody is to be looked at again: see take_up.
      due=30
      thin_times
      tend_keepers || [ -n "$cutting" ] || ! leave_tending || exit
    fi
    sleep 1
  done
}

# Of each log that has grown, how much was printed by when: a line `BYTES SECONDS` in its log_times.
# shellcheck disable=SC2086 # Ids, to be split.
mark_times() {
  [ -n "$logs" ] || return
  sizes=$(stat -c '%s %Y %n' $logs 2>/dev/null)
  [ "$sizes" != "$marked" ] || return
  IFS='
'
  for line in $sizes; do
    case $marked in *"$line"*) continue ;; esac
    path=${line##* } size=${line%% *} at=${line% *} dir=$JOBS/${line##* }
    dir=${dir%/*}
    set_log_start
    [ "$size" = 0 ] || printf '%s %s\n' "$((log_base + size))" "${at#* }" >>"${path%/*}/log_times"
  done
  IFS=' '
  marked=$sizes
}

# Every second mark goes, again and again: so the older ones are the fewer.
# shellcheck disable=SC2086 # As above.
thin_times() {
  times=
  for log in $logs; do
    times="$times ${log%/*}/log_times"
  done
  [ -n "$times" ] || return
  find $times -size +65535c 2>/dev/null | while read -r path; do
    awk 'NR % 2' "$path" >"${path%/*}/times.new" && mv "${path%/*}/times.new" "$path"
  done
}

claim_tending() {
  exec 9>>"$PROCESSES/.lock" && flock 9 || return
  first_line "$PROCESSES/.tend"
  ! is_process "${line% *}" "${line#* }" && process $$ && put "$PROCESSES/.tend" "$$ $process_start"
}

# Who starts a run first says so and then looks for us; we first go and then look.
leave_tending() {
  rm -f "$PROCESSES/.tend"
  first_line "$PROCESSES/.turn"
  [ "$line" = "$turn" ] || ! (claim_tending)
}

tend_keepers() {
  is_needed=
  for place in "$PROCESSES"/[0-9a-f]*; do
    ! take_up || is_needed=1
  done
  [ -n "$is_needed" ]
}

# Puts in $limit how long the file of the newest run's log may become; false where there is no limit.
set_limit() {
  first_line "$place/policy"
  cap=${line##* }
  [ -n "$cap" ] && [ "$cap" != 0 ] && set_newest || return
  dir=$JOBS/$newest
  [ -e "$dir/output.log" ] || return
  first_line "$dir/log_start"
  case $line in
    # Who tended before us was killed in that.
    *moving) log_dropped=${line%% *} && lay_rest ;;
    *) set_log_start ;;
  esac
  first_line "$place/kept"
  runs=${line%% *} kept=${line##* }
  if [ "${runs:-0}" -ge "$MOST_RUNS" ] || [ "${kept:-0}" -gt "$cap" ]; then
    trim 0
    first_line "$place/kept"
    kept=${line##* }
  fi
  limit=$((log_dropped - log_base + cap - ${kept:-0}))
}

# trim BYTES : removes the oldest runs until the newest one, whose log has so many bytes, is one of MOST_RUNS and all fit into the cap.
MOST_RUNS=50
trim() (
  lock_process || exit
  first_line "$place/kept"
  runs=${line%% *} kept=${line##* } gone='' rest=''
  while read -r id bytes; do
    if [ -z "$rest" ] && { [ "$runs" -ge "$MOST_RUNS" ] || [ $((kept + $1)) -gt "$cap" ]; }; then
      gone="$gone $id" runs=$((runs - 1)) kept=$((kept - bytes))
    else
      rest="$rest$id $bytes
"
    fi
  done <"$place/runs"
  printf '%s' "$rest" >"$place/runs.new" && mv "$place/runs.new" "$place/runs" && printf '%s\n' "$runs $kept" >"$place/kept" || exit
  for id in $gone; do
    [ -e "$JOBS/$id/exitcode" ] || [ -e "$JOBS/$id/lost" ] || continue
    close_terminal "$id"
    discard "$JOBS/$id"
  done
)

# Takes the oldest part out of the log of $job, where it has grown beyond the limit: in one look it is said to be gone, in the next it
# goes, so that who reads there has been told. A hole leaves all that follows where it is, and whoever writes does not notice.
cut_log() {
  dir=$JOBS/$job
  first_line_of_run || return
  place=$PROCESSES/${line% *}
  first_line "$place/policy"
  cap=${line##* }
  [ -n "$cap" ] && [ "$cap" != 0 ] && [ -e "$dir/output.log" ] || return
  set_log_start
  gone=$((log_dropped - log_base))
  if [ "$gone" -gt 0 ]; then
    end_readers "$gone"
    fallocate -p -o 0 -l "$gone" "$dir/output.log" || cut_by_copy
  fi
  size_of "$dir/output.log"
  own=$((log_base + size - log_dropped))
  trim "$own"
  [ "$own" -gt "$cap" ] || return
  # Not to be here again with its next line.
  log_dropped=$((log_base + size - cap + cap / 8))
  put "$dir/log_start" "$log_dropped $log_base" && cutting="$cutting $job"
}

# Where a file can have no holes: what is kept is copied, and laid in place of all. What the job prints meanwhile is lost and counts for
# nothing; without room for a copy all goes.
cut_by_copy() {
  end_readers 999999999999999
  if tail -c "+$((gone + 1))" "$dir/output.log" >"$dir/log_rest"; then
    size_of "$dir/log_rest"
    # By then the copy of much has taken a while.
    tail -c "+$((gone + size + 1))" "$dir/output.log" >>"$dir/log_rest"
  else
    true >"$dir/log_rest"
    size_of "$dir/output.log"
    log_dropped=$((log_base + size))
  fi
  put "$dir/log_start" "$log_dropped $log_base moving" && lay_rest
}

# Not appended, for then what the job prints would come to stand within it: this overwrites that.
lay_rest() {
  # Also who has come while it was copied; whoever comes now waits.
  end_readers 999999999999999
  dd if="$dir/log_rest" of="$dir/output.log" bs=1048576 2>/dev/null
  put "$dir/log_start" "$log_dropped $log_dropped" && rm -f "$dir/log_rest"
  log_base=$log_dropped
}

# end_readers BYTE : ends who reads before that byte of the file.
end_readers() {
  bound=$1
  for reader in "$dir"/reader.*; do
    [ -e "$reader" ] || continue
    first_line "$reader"
    # shellcheck disable=SC2086 # Numbers, to be split.
    set -- $line
    if [ $# != 3 ] || ! is_process "$1" "$2"; then
      rm -f "$reader"
      continue
    fi
    at=$3
    for info in "/proc/$1/fdinfo"/*; do
      { read -r _ offset <"$info"; } 2>/dev/null && [ "$offset" -gt "$at" ] && at=$offset
    done
    [ "$at" -ge "$bound" ] || kill -s KILL "$1" 2>/dev/null
  done
}

# ---- stop

# stop ID signal graceMs: goes on by itself, whatever becomes of us.
stop() {
  if ! load "${1#=}"; then
    err NOT_FOUND "This host has no job ${1#=}"
    return
  fi
  case "${2#=}${3#=}" in *[!A-Z0-9]*) err BAD_INPUT "'$2' is no signal" && return ;; esac
  end_tree "${2#=}" "${3#=}" || return
  set_row
  send_row "$row"
  ok
}

# end_tree SIGNAL GRACE : has the loaded job stopped, where it is at work. Answers itself if it cannot.
end_tree() {
  case $job_state in starting | running) ;; *) return 0 ;; esac
  # Empty: that much fits on a full disk, which may be full by this very job.
  true >"$dir/stop_requested" || {
    fail "Cannot stop job $job"
    return 1
  }
  job_stopped=1
  [ "$job_state" = running ] || ! end_unbegun || return 0
  # shellcheck disable=SC2034 # Nothing is printed; the substitution is for the waiting.
  detached=$(detach kill-tree "$job" "$1" "$2" </dev/null)
}

# Ends the loaded job if it has not begun, so that it never does; false where it may have.
end_unbegun() {
  claim_run && [ -e "$dir/pid" ] || return
  encode 'stopped before it ran'
  { printf '%s\n' "$field" >"$dir/reason" && true >"$dir/failed"; } 2>/dev/null
  # By a process between: no dead child is left to an agent that serves.
  (finish 126 '')
  load "$job"
}

# signal ID SIGNAL : passes it on to everything of the job, and no more: what becomes of that is the job's own doing.
signal_job() {
  if ! load "${1#=}"; then
    err NOT_FOUND "This host has no job ${1#=}"
    return
  fi
  case ${2#=} in
    HUP | INT | QUIT | TERM | STOP | CONT) ;;
    *) err BAD_INPUT "'$2' is no signal to pass on" && return ;;
  esac
  # shellcheck disable=SC2034 # As in end_tree.
  [ "$job_state" != running ] || detached=$(detach signal-tree "$job" "${2#=}" </dev/null)
  set_row
  send_row "$row"
  ok
}

signal_tree() {
  exec >/dev/null
  fresh=
  for pid in $(tree "$1" "$1" | sort -n | tr '\n' ' '); do
    ! is_told "$pid" || fresh="$fresh $pid"
  done
  # shellcheck disable=SC2086 # Numbers, to be split.
  [ -z "$fresh" ] || kill -s "$2" $fresh 2>/dev/null
}

# Whether a process of a job is told of signals. What draws an app is not: the app may want to save its work, and needs its window for that.
is_told() {
  first_line "/proc/$1/comm"
  [ "$line" != waypipe ]
}

# cut ID : its link is lost, so it has no window any more, and is ended like one that is stopped.
cut_job() {
  if ! load "${1#=}"; then
    err NOT_FOUND "This host has no job ${1#=}"
    return
  fi
  case $job_state in
    starting | running)
      [ -e "$dir/stop_requested" ] || true >"$dir/link_lost" || {
        fail "Cannot end job $job"
        return
      }
      # shellcheck disable=SC2034 # As in end_tree.
      detached=$(detach kill-tree "$job" TERM 5000 </dev/null)
      ;;
  esac
  set_row
  send_row "$row"
  ok
}

# Signals everything of the job, once each, also what it starts meanwhile; KILL after the grace, until nothing is left.
kill_tree() {
  exec >/dev/null
  set_uptime
  begun=$up sent=' ' pause=0.05
  while :; do
    load "$1" || exit
    # Parents first: a shell whose child dies before it would call that its exit.
    pids=$(tree "$1" "$1" | sort -n | tr '\n' ' ')
    set_uptime
    waited=$(((up - begun) * 10)) fresh=
    if [ -z "$pids" ]; then
      # On a host out of processes looking may fail: the job still runs then.
      case $job_state in
        starting) [ $waited -lt 10000 ] || exit ;;
        running) [ $waited -lt $(($3 + 60000)) ] || exit ;;
        *) break ;;
      esac
    elif [ $waited -ge "$3" ]; then
      # shellcheck disable=SC2086 # Numbers, to be split.
      kill -s KILL $pids 2>/dev/null
      # What not even KILL ends is stuck in the kernel.
      [ $waited -lt $(($3 + 60000)) ] || exit
    else
      for pid in $pids; do
        case $sent in *" $pid "*) ;; *) ! is_told "$pid" || fresh="$fresh $pid" sent="$sent$pid " ;; esac
      done
      # shellcheck disable=SC2086 # Numbers, to be split.
      [ -z "$fresh" ] || { kill -s "$2" $fresh; kill -s CONT $fresh; } 2>/dev/null
    fi
    sleep $pause 2>/dev/null || sleep 1
    # Looking costs the host something: less often the longer it takes.
    case $pause in 0.05) pause=0.1 ;; 0.1) pause=0.2 ;; *) pause=0.5 ;; esac
  done
  # In a terminal the one that was to tell the end may have gone with the tree: it was in its session.
  untold=
  wake
}

# ---- list, samples, remove

list() {
  cd "$JOBS" || return
  set +f
  running='' has_finished=
  for job in [0-9a-f]*; do
    if [ -e "$job/record" ]; then has_finished=1; else running="$running $job"; fi
  done
  set -f
  # One process reads all finished ones; a line a write. A list that was cut short is none: what it lacks would count as lost.
  [ -z "$has_finished" ] || { find . -maxdepth 2 -name record -exec cat {} + 2>/dev/null; printf 'end %s\n' $?; } |
    awk -v head="$NONCE $REQUEST" '$1 == "end" { is_whole = $2 < 126; next } '"$ROW_AWK"' END { exit !is_whole }' || return
  for job in $running; do
    load "$job" || continue
    set_row
    send_row "$row"
  done
  ok
}

job_samples() {
  set +f
  ids='' grown=''
  for path in "$JOBS"/[0-9a-f]*; do
    [ -e "$path/spec" ] && [ ! -e "$path/exitcode" ] && [ ! -e "$path/lost" ] || continue
    ids="$ids ${path##*/}"
    # Of runs of processes tend notes the times.
    [ -s "$path/output.log" ] && [ ! -e "$path/process" ] || continue
    # shellcheck disable=SC3013 # Every shell that we meet has it; who had not would note too often.
    [ -e "$path/log_times" ] && [ ! "$path/output.log" -nt "$path/log_times" ] || grown="$grown ${path##*/}/output.log"
  done
  set -f
  [ -z "$grown" ] || (mark_jobs "$grown")
  if [ -n "$ids" ]; then
    # The rows go out as they are.
    { gone=$(tree '' "$ids" 3>&1 >&4); } 4>&1
    # Nobody else would notice the end of a job whose watcher was killed.
    for id in $gone; do
      load "$id"
    done
  fi
  ok
}

# What mark_times does, for jobs that nobody tends.
mark_jobs() {
  cd "$JOBS" || return
  logs=$1 marked=
  IFS=' '
  mark_times
  thin_times
}

# process-trees PID/START… : what job-samples tells of jobs, of processes of this user that we did not start, each with all that descends
# from it. START `-` is any. Of one that is gone there is no row; one that has ended and was not waited for has no processes.
process_trees() {
  user=$(id -u) roots=
  for root in "$@"; do
    pid=${root%%/*} start=${root#*/}
    pid=${pid#=}
    case $pid/$start in
      / | /* | */ | *[!0-9]*/* | */-?* | */*[!0-9-]*) err BAD_INPUT "'$root' is no process" && return ;;
    esac
    process "$pid" && is_ours "$pid" || continue
    [ "$start" = - ] || [ "$start" = "$process_start" ] || continue
    roots="$roots $pid/$process_start"
  done
  set +f
  # Silence would mean that they are gone.
  [ -z "$roots" ] || again look_for_roots || {
    err HOST_ERROR "Cannot look at the processes of this host" && return
  }
  ok
}

look_for_roots() {
  # shellcheck disable=SC2086 # Numbers, to be split.
  printf 'P %s\n' $roots | tr / ' ' |
    awk -v wanted= -v page_kb="$PAGE_KB" -v head="$NONCE $REQUEST" "$TREE_AWK" /proc/[0-9]*
}

# Whether a process runs for our user, by its real id: its folder in /proc may be root's all the same.
is_ours() {
  line=
  { while IFS= read -r line; do case $line in Uid:*) break ;; esac; done <"/proc/$1/status"; } 2>/dev/null
  line=${line#Uid:?}
  [ "${line%%[!0-9]*}" = "$user" ]
}

# top MOST : the busiest processes of a second from now on, and the largest. PIDs, user, name, ticks, centiseconds, kB.
top() {
  case $1 in [1-9] | [1-9][0-9]) ;; *) err BAD_INPUT "'$1' is no number of processes" && return ;; esac
  set +f
  found=$(again look_for_top "$1" 2>/dev/null) || {
    err HOST_ERROR "Cannot look at the processes of this host" && return
  }
  printf '%s\n' "$found" | while read -r path numbers; do
    first_line "$path/comm"
    [ -n "$line" ] && encode "$line" && name=$field || continue
    user=$(stat -c %U "$path" 2>/dev/null) && encode "$user" || field=-
    reply "row ${path#/proc/} $field $name $numbers"
  done
  ok
}

look_for_top() {
  # By a pipe: there may be more than fit on a command line.
  printf '%s\n' /proc/[0-9]* | awk -v most="$1" -v page_kb="$PAGE_KB" '
    function centiseconds(line) {
      getline line <"/proc/uptime"
      close("/proc/uptime")
      return int(line * 100 + 0.5)
    }
    # A name, in brackets, may hold anything, line ends as well.
    function look(path, line, text) {
      text = ""
      while ((getline line <(path "/stat")) > 0) text = text line " "
      close(path "/stat")
      if (!match(text, /.*\) /)) return 0
      split(substr(text, RLENGTH + 1), word, " ")
      return 1
    }
    # Those not taken yet, the first of them first; none that has none of it.
    function take(of, count, path, best) {
      for (count = 0; count < most; count++) {
        best = ""
        for (path in of) if (of[path] > 0 && !(path in taken_now) && (best == "" || of[path] > of[best])) best = path
        if (best == "") break
        taken_now[best] = taken[best] = 1
      }
      for (path in taken_now) delete taken_now[path]
    }
    { paths[NR] = $0 }
    END {
      from = centiseconds()
      for (at = 1; at <= NR; at++) if (look(paths[at])) { before[paths[at]] = word[12] + word[13]; start[paths[at]] = word[20] }
      system("sleep 1")
      span = centiseconds() - from
      for (at = 1; at <= NR; at++) {
        path = paths[at]
        if (!(path in start) || !look(path) || word[20] != start[path]) continue
        ticks[path] = word[12] + word[13] - before[path]
        kb[path] = word[22] * page_kb
      }
      take(ticks)
      take(kb)
      for (path in taken) print path, ticks[path], span, kb[path]
    }'
}

remove() {
  id=${1#=}
  if ! load "$id"; then
    discard "$ROOT/workdirs/$id" && discard "$ROOT/workdirs/.owner.$id"
    ok
    return
  fi
  if is_at_work "$id"; then
    err CONFLICT "Job $id runs: stop it first"
    return
  fi
  close_terminal "$id"
  { is_kept "$id" || { discard "$ROOT/workdirs/$id" && discard "$ROOT/workdirs/.owner.$id"; }; } && discard "$JOBS/$id" || {
    fail "Cannot remove job $id"
    return
  }
  ok
}

# Out of sight at once, then away. Folders without the right to write in them need it first.
discard() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  gone=${1%/*}/.gone.$$.${REQUEST}.${1##*/}
  mv "$1" "$gone" || return
  rm -rf "$gone" 2>/dev/null && return
  chmod -R u+rwX "$gone" 2>/dev/null
  rm -rf "$gone"
}

# ---- folders and workdirs

# The kernel drops this lock with its last holder, however that ends: shared (-s) to read a copy, exclusive (-x) to change it.
# Lasts as long as the calling process and what it starts.
lock_folder() {
  command -v flock >/dev/null 2>&1 || return
  exec 9>"$1/lock" && flock "$2" 9
}

# Makes a pristine copy's folder known with its owner.
ensure_folder() {
  folder=$ROOT/folders/$1
  mkdir -p "$folder/tree" || return
  [ -e "$folder/owner" ] || printf '%s' "$2" >"$folder/owner"
}

has_spare() {
  first_line "$1/stamp" && stamp=$line
  first_line "$1/spare_stamp"
  [ -n "$stamp" ] && [ "$stamp" = "$line" ] && [ -d "$1/spare" ]
}

folder_stat() {
  folder=$ROOT/folders/${1#=} stamp=
  spare=0
  ! has_spare "$folder" || spare=1
  ok "${stamp:+=}${stamp:--} $spare"
}

# Of a copy that is whole nothing is to be left of what was broken off. Only then it is looked through.
end_receiving() {
  [ ! -e "$folder/broken_off" ] || find "$folder/tree" -type d -name "$PARTIAL" -prune -exec rm -rf {} +
  rm -rf "${folder:?}/incoming" "${folder:?}/partial" "${folder:?}/broken_off"
}

folder_stamp() {
  decode "${3#=}"
  if ensure_folder "${1#=}" "$text" && put "$folder/stamp" "${2#=}" 2>/dev/null; then
    [ "$2" = = ] || end_receiving
    ok
  else
    fail "Cannot mark the copy ${1#=}"
  fi
}

# make-workdir ID owner KEY|- : answers with its path. Made beside and renamed: it is there whole or not at all.
make_workdir() {
  id=${1#=} key=${3#=} made=$ROOT/workdirs/${1#=}
  decode "${2#=}"
  if [ ! -e "$made" ]; then
    printf '%s' "$text" 2>/dev/null >"$ROOT/workdirs/.owner.$id"
    if [ "$3" = - ]; then
      mkdir "$made" 2>/dev/null
    elif ! is_key "$key" || [ ! -d "$ROOT/folders/$key/tree" ]; then
      err NOT_FOUND "This host has no copy $key"
      return
    else
      workdir_from "$ROOT/folders/$key"
    fi
    [ -d "$made" ] || {
      fail "Cannot make the workdir of job $id" "${said-}"
      return
    }
  fi
  encode "$made"
  ok "$field"
}

workdir_from() {
  # An agent whose core was killed in the midst of this goes on with it: there is one copy to wait for, not two to make.
  exec 8>>"$ROOT/workdirs/.owner.$id" && flock -x 8 && lock_folder "$1" -s || return
  [ ! -e "$made" ] || return 0
  # A spare is taken by one rename: of two who want it, one gets it.
  if has_spare "$1" && mv "$1/spare" "$made" 2>/dev/null; then
    [ ! -e "$made/spare" ] || rm -rf "${made:?}/spare"
    return 0
  fi
  new=$ROOT/workdirs/.new.$id.$$
  copy_tree "$1/tree" "$new" && mv "$new" "$made" && return
  discard "$new"
  # Spare copies are what a full disk can do without first.
  is_disk_full || return
  set +f
  for spare in "$ROOT"/folders/*/spare; do
    discard "$spare"
  done
  set -f
  copy_tree "$1/tree" "$new" && mv "$new" "$made" && return
  discard "$new"
  return 1
}

# A reflink where the file system has them, else a copy; never hard links, for jobs edit files in place.
copy_tree() {
  reflink=--reflink=auto
  cp $reflink /dev/null "$2.probe" 2>/dev/null || reflink=
  rm -f "$2.probe"
  # shellcheck disable=SC2086 # No word where there is no reflink.
  said=$(cp -a $reflink "$1" "$2" 2>&1) || {
    # What went wrong stands behind a name that may be very long.
    said=$(printf '%s\n' "$said" | sed -e '$!d' -e 's/^.*\(.\{200\}\)$/...\1/')
    return 1
  }
}

# make-spare KEY maxBytes: at low priority, and only where a tenth of the disk stays free.
make_spare() {
  folder=$ROOT/folders/${1#=} limit=${2#=}
  [ -d "$folder/tree" ] && lock_folder "$folder" -s || {
    ok 0
    return
  }
  first_line "$folder/stamp" && stamp=$line
  if [ -z "$stamp" ]; then
    ok 0
    return
  fi
  if has_spare "$folder"; then
    ok 1
    return
  fi
  ! command -v renice >/dev/null 2>&1 || renice -n 19 -p "$(own_pid)" >/dev/null 2>&1
  ! command -v ionice >/dev/null 2>&1 || ionice -c 3 -p "$(own_pid)" >/dev/null 2>&1
  needed=$(du -sk "$folder/tree" | awk '{ print $1 }')
  if [ "$((needed * 1024))" -gt "$limit" ] || ! df -Pk "$ROOT" | awk -v needed="$needed" 'NR == 2 { exit !($4 - needed >= $2 / 10) }'; then
    ok 0
    return
  fi
  new=$folder/.new.spare.$$.$REQUEST
  discard "$folder/spare"
  if copy_tree "$folder/tree" "$new" && printf '%s\n' "$stamp" >"$folder/spare_stamp" && mv "$new" "$folder/spare"; then
    ok 1
  else
    discard "$new"
    fail "Cannot make a spare of ${1#=}" "$said"
  fi
}

# $$ is the agent's own in every subshell.
own_pid() {
  exec sh -c 'echo $PPID'
}

# rsync-in KEY OWNER ARGUMENT… : the sender's own arguments for the other side; the last one, its destination, is our copy.
rsync_in() {
  key=$1 owner=$2
  shift 2
  [ "${1-}" = --server ] || refuse 'This is not what rsync tells its other side'
  command -v rsync >/dev/null 2>&1 || refuse 'rsync is not installed on this host' 127
  receive "$key" "$owner"
  # Files that are not whole lie beside the copy. What the next try goes on from lies in it, in folders of that name beside each file, and
  # goes when the copy is whole: since the fixes of CVE-2026-43619 rsync goes on from no other place.
  rm -rf "${folder:?}/incoming" && mkdir -p "$folder/incoming" || refuse "Cannot receive into $folder"
  if [ -e "$folder/partial" ]; then true >"$folder/broken_off"; else true >"$folder/partial"; fi || refuse "Cannot receive into $folder"
  count=$#
  while [ $count -gt 1 ]; do
    [ "$1" != --sender ] || refuse 'A copy can only be written'
    set -- "$@" "$1"
    shift
    count=$((count - 1))
  done
  shift 2
  exec rsync --server "--temp-dir=$folder/incoming" "--partial-dir=$PARTIAL" "$@" "$folder/tree/"
}

receive() {
  is_key "$1" || refuse "'$1' is no folder key"
  ensure_folder "$1" "$2" || refuse "Cannot make $ROOT/folders/$1"
  lock_folder "$folder" -x || refuse "Cannot lock $folder: is flock (of util-linux) installed?"
  unset DROVER_UMASK DROVER_LC_ALL DROVER_AGENT
}

PARTIAL=.drover-partial~

tar_in() {
  receive "$1" "$2"
  [ ! -e "$folder/partial" ] || true >"$folder/broken_off"
  exec tar -xopf - -C "$folder/tree"
}

# manifest-in KEY OWNER BYTES : what is in the copy, as its owner wrote it; taken only whole.
manifest_in() {
  receive "$1" "$2"
  new=$folder/.new.manifest.$$
  cat >"$new" && size_of "$new" && [ "$size" -eq "$3" ] && mv -f "$new" "$folder/manifest" || {
    rm -f "$new"
    refuse "Cannot note what is in $folder"
  }
}

# Nothing where there is none.
manifest_out() {
  is_key "$1" || refuse "'$1' is no folder key"
  [ ! -f "$ROOT/folders/$1/manifest" ] || exec cat "$ROOT/folders/$1/manifest"
}

# Reads NUL-ended paths. Folders come second, deepest first; one that is not empty stays.
remove_in() {
  receive "$1" "$2"
  cd "$folder/tree" || exit
  folders=$folder/.new.folders.$$ files=$folder/.new.files.$$
  true >"$folders" && DROVER_FOLDERS=$folders xargs -0 sh "$AGENT" remove-paths >"$files" && xargs -0 rm -f -- <"$files" ||
    refuse "Cannot remove from $folder"
  sort -rz <"$folders" | xargs -0 rmdir -- 2>/dev/null
  rm -f "$folders" "$files"
}

# Prints what is to be removed, for one rm of very many, and notes the folders.
remove_paths() {
  checked='' is_real=1
  for path in "$@"; do
    check_parent "$path" open
    [ -n "$is_real" ] || continue
    if [ -d "./$path" ] && [ ! -L "./$path" ]; then
      printf '%s\0' "./$path" >>"$DROVER_FOLDERS"
    elif [ -e "./$path" ] || [ -L "./$path" ]; then
      printf '%s\0' "./$path"
    fi
  done
}

# Puts in $is_real whether no link leads to where a path lies: what it leads to is not the copy's. $checked is the last one's folder.
check_parent() {
  case /$1/ in */../* | //*) refuse "'$1' leads out of the copy" ;; esac
  case $1 in */*) parent=${1%/*} ;; *) parent= ;; esac
  [ "$parent" != "$checked" ] || return 0
  checked=$parent
  is_real=1 at='' rest=$parent/
  while [ -n "$rest" ]; do
    at=$at${rest%%/*} rest=${rest#*/}
    [ ! -L "$at" ] || is_real=
    # A folder may be closed to its own user.
    if [ -n "$is_real" ] && [ "$2" = open ]; then
      [ -w "./$at" ] && [ -x "./$at" ] || chmod u+rwx "./$at" 2>/dev/null
    fi
    at=$at/
  done
}

# look-in KEY OWNER : reads NUL-ended paths, prints type and mode (hexadecimal), size and time of each, a line a path, in their order.
# Nothing at all where there is no stat.
look_in() {
  receive "$1" "$2"
  command -v stat >/dev/null 2>&1 || exit 0
  cd "$folder/tree" || exit
  xargs -0 sh "$AGENT" places | xargs -0 stat -c '%f %s %Y'
}

# What stat is asked for each path. The one in place of what is not there has a line as well, which no file or folder can have.
places() {
  checked='' is_real=1
  for path in "$@"; do
    check_parent "$path" -
    if [ -n "$is_real" ] && [ ! -L "./$path" ] && [ -e "./$path" ]; then
      printf '%s\0' "./$path"
    else
      printf '/dev/null\0'
    fi
  done
}

# tar-out ID PATTERN : what matches, named from the pattern's leading part without wildcards on. Exits 4 when nothing does.
tar_out() {
  is_id "$1" && [ -e "$JOBS/$1/spec" ] || refuse "There is no job $1 on this host" 4
  first_line "$JOBS/$1/spec"
  decode "${line##* =}"
  workdir=$text
  cd "$workdir" 2>/dev/null || refuse "Its workdir is gone: $workdir" 4
  pattern=$2
  while [ "$pattern" != / ] && [ "${pattern%/}" != "$pattern" ]; do pattern=${pattern%/}; done
  if [ -e "$pattern" ] || [ -L "$pattern" ]; then
    # A name that is there is meant as such, whatever wildcards it holds.
    case $pattern in
      . | .. | / | */. | */..) base=$pattern names=. ;;
      */*) base=${pattern%/*}/ names=${pattern##*/} ;;
      *) base=. names=$pattern ;;
    esac
    cd -- "$base" || exit
    exec tar -cf - -- "$names"
  fi
  base='' names=$pattern
  while :; do
    case $names in
      */*) head=${names%%/*} ;;
      *) break ;;
    esac
    case $head in *[*?[]*) break ;; esac
    base=$base$head/ names=${names#*/}
  done
  if [ -n "$base" ]; then
    case $base in /*) ;; *) base=./$base ;; esac
    cd "$base" 2>/dev/null || refuse "Nothing matches '$2' in $workdir" 4
  fi
  IFS=
  set +f
  # shellcheck disable=SC2086 # Globbed, and not split: IFS is empty.
  set -- $names
  set -f
  IFS=' '
  [ -e "$1" ] || [ -L "$1" ] || refuse "Nothing matches '$pattern' in $workdir" 4
  exec tar -cf - -- "$@"
}

# ---- looking at a job

# log ID FROM FOLLOW : tail seeks, so a late part of a large log costs nothing. Following ends with our stdin.
send_log() {
  is_id "$1" && [ -e "$JOBS/$1/spec" ] || refuse "There is no job $1 on this host"
  case $2 in *[!0-9]* | '') refuse "'$2' is no byte offset" ;; esac
  log=$JOBS/$1/output.log from=$(($2 + 1)) dir=$JOBS/$1
  [ ! -e "$dir/process" ] || send_cut_log "$2" "$3"
  [ "$3" = 1 ] || exec tail -c "+$from" "$log"
  if tail --version >/dev/null 2>&1; then
    # It is told by the kernel when there is more.
    tail -f -c "+$from" "$log" &
  else
    follow_by_looking &
  fi
  note_child
  trap 'end_child; exit' EXIT HUP INT TERM
  cat >/dev/null
}

# The log of a run of a process, whose oldest part may go while it is read: who cuts it finds us by our mark. Exits 5 when what comes next
# is gone. Does not return.
send_cut_log() {
  mark=$dir/reader.$$ reader='' child='' child_start=''
  trap 'end_reading' EXIT HUP INT TERM
  set_log_start
  from=$(($1 - log_base + 1))
  [ "$1" -ge "$log_dropped" ] || exit 5
  if [ "$2" != 1 ]; then
    tail -c "+$from" "$log" &
  elif tail --version >/dev/null 2>&1; then
    tail -f -c "+$from" "$log" &
  else
    follow_by_looking &
  fi
  note_child
  printf '%s\n' "$child $child_start $((from - 1))" >"$mark"
  if [ "$2" = 1 ]; then
    { cat; end_child; } <&6 >/dev/null 2>&1 &
    reader=$!
  fi 6<&0
  wait "$child" 2>/dev/null
  # Only who cuts a log kills.
  [ $? != 137 ] || exit 5
  exit 0
}

end_reading() {
  code=$?
  trap - EXIT HUP INT TERM
  end_child
  [ -z "$reader" ] || kill "$reader" 2>/dev/null
  rm -f "$mark"
  exit "$code"
}

# busybox tail looks once a second only.
follow_by_looking() {
  # The open file keeps the place from which the next one reads on.
  exec 5<"$log"
  tail -c "+$from" <&5 || exit
  while sleep 0.1 || sleep 1; do
    cat <&5 || exit
  done
} 2>/dev/null

# feed : the logs of many jobs over one channel, which ends with our stdin. Reads `w ID` or `d ID`: tell, or tell no more, when that log has
# grown (a line with its id, on stderr); and `r NUMBER ID FROM MOST`: what it has from there on. That is answered on stdout by
# `NUMBER FROM BYTES LENGTH`, with the first byte of it that is kept and all that was printed; then so many bytes, a line end, and `=`, or `!`
# where they may have been taken out of the log meanwhile. Where there is no such log by `NUMBER -`. `t NUMBER ID` reads its log_times so.
feed() {
  command -v stat >/dev/null 2>&1 || refuse 'This host has no stat to look at logs with' 127
  feed=$EVENTS/f.$$
  true >"$feed" && mkfifo "$feed.w" || exit
  counts=
  case $(dd if=/dev/null iflag=skip_bytes,count_bytes 2>&1) in *copied*) counts=1 ;; esac
  look_for_feed <&- >/dev/null &
  note_child
  trap 'end_child; rm -f "$feed" "$feed.w"; exit' EXIT HUP INT TERM
  while read -r what one id from most; do
    case $what in
      w | d) ! is_id "$one" || printf '%s %s\n' "$what" "$one" >>"$feed" ;;
      r) feed_part "$one" ;;
      t) feed_times "$one" "$id" ;;
    esac
  done
}

feed_part() {
  case $1$from$most in *[!0-9]*) return ;; esac
  dir=$JOBS/$id
  is_id "$id" && [ -e "$dir/output.log" ] || {
    printf '%s -\n' "$1"
    return
  }
  set_log_size
  all=$((log_base + size))
  [ "$from" -ge "$log_dropped" ] || from=$log_dropped
  [ "$most" -le $((all - from)) ] || most=$((all - from))
  [ "$most" -gt 0 ] || most=0
  printf '%s %s %s %s\n' "$1" "$from" "$all" "$most"
  [ "$most" = 0 ] || send_part
  set_log_start
  if [ "$log_base" = "$base" ] && [ "$log_dropped" -le "$from" ]; then printf '\n=\n'; else printf '\n!\n'; fi
}

# As many bytes as were promised, should it be cut just now. By one program where dd takes bytes, and says how many it has copied.
send_part() {
  if [ -z "$counts" ]; then
    { tail -c "+$((from - base + 1))" "$dir/output.log" && cat /dev/zero; } 2>/dev/null | head -c "$most"
    return
  fi
  { said=$(dd if="$dir/output.log" bs=65536 skip=$((from - base)) count="$most" iflag=skip_bytes,count_bytes 2>&1 >&3); } 3>&1
  said=${said##*
}
  [ "${said%% *}" = "$most" ] || head -c "$((most - ${said%% *}))" /dev/zero
}

feed_times() {
  case $1 in *[!0-9]* | '') return ;; esac
  ! is_id "$2" || ! size=$(stat -c %s "$JOBS/$2/log_times" 2>/dev/null) || {
    printf '%s 0 %s %s\n' "$1" "$size" "$size"
    { cat "$JOBS/$2/log_times" && cat /dev/zero; } 2>/dev/null | head -c "$size"
    printf '\n=\n'
    return
  }
  printf '%s -\n' "$1"
}

# Looks at the logs that are asked for when one of them may have grown, at most every 20 ms. In between it sleeps, and so does a tail of them
# all, whose word wakes it: what it has read is of no account.
look_for_feed() {
  trap 'end_waker; exit' HUP INT TERM
  waker='' waker_start='' logs='' before='' vain=0 is_told=''
  # Told by the kernel; that of a small system looks once a second.
  ! tail --version >/dev/null 2>&1 || is_told=1
  exec 5<"$feed"
  cd "$JOBS" || exit
  while [ -e "$feed" ]; do
    take_wishes
    if ! is_process "$waker" "$waker_start"; then
      [ -z "$waker" ] || sleep 0.1 || sleep 1
      begin_waker
    fi
    look_at_logs
    await_word
  done
}

take_wishes() {
  while read -r what id; do
    kept=
    for log in $logs; do
      [ "$log" = "$id/output.log" ] || kept="$kept $log"
    done
    logs=$kept
    [ "$what" = d ] || logs="$logs $id/output.log"
    end_waker
  done <&5
}

# The last byte of each, as it begins, says that from then on none is missed: they are looked at after that.
# shellcheck disable=SC2086 # Ids, to be split.
begin_waker() {
  exec 6<&-
  tail -q -f ${is_told:+-s 0.1} -c 1 $logs "$feed" >"$feed.w" 2>/dev/null &
  waker=$! waker_start=
  ! process "$waker" || waker_start=$process_start
  vain=0
  exec 6<"$feed.w"
}

end_waker() {
  ! is_process "$waker" "$waker_start" || kill "$waker" 2>/dev/null
  waker=
}

# shellcheck disable=SC2086 # As above.
look_at_logs() {
  set_uptime
  looked_up=$up vain=$((vain + 1))
  [ -n "$logs" ] || return
  sizes=$(stat -c '%s %n' $logs 2>/dev/null)
  [ "$sizes" != "$before" ] || return
  vain=0
  IFS='
'
  for line in $sizes; do
    case $before in
      *"$line"*) ;;
      *) id=${line#* } && printf '%s\n' "${id%/*}" >&2 ;;
    esac
  done
  IFS=' '
  before=$sizes
}

await_word() {
  if [ -z "$is_told" ] && [ $vain -lt 20 ]; then
    sleep 0.1 || sleep 1
    return
  fi
  # It has yet to tell of what was printed long ago.
  [ $vain -lt 50 ] || end_waker
  # Beside us, since sh would put off our end until it has ended.
  dd bs=4096 count=1 <&6 >/dev/null 2>&1 &
  wait $!
  set_uptime
  [ $((up - looked_up)) -gt 2 ] || sleep 0.02 || sleep 1
}

# find-in-log ID FROM F|E i|- PATTERN : all that was printed; where the search began; and where the first line that matches begins, or `-`:
# as fast as grep is. Only where lines end by line feeds; exits 2 on a pattern that is none.
find_in_log() {
  is_id "$1" && [ -e "$JOBS/$1/spec" ] || refuse "There is no job $1 on this host"
  case $2 in *[!0-9]* | '') refuse "'$2' is no byte offset" ;; esac
  dir=$JOBS/$1 log=$JOBS/$1/output.log from=$2 options=-$3
  [ "$4" != i ] || options=${options}i
  said=$(echo | grep "$options" -e "$5" 2>&1 >/dev/null)
  [ -z "$said" ] || refuse "$said" 2
  set_log_size
  [ "$from" -ge "$log_dropped" ] || from=$log_dropped
  all=$((log_base + size))
  if [ "$all" -le "$from" ]; then
    at=-
  elif ! echo x | grep -abq x 2>/dev/null; then
    # grep of a small system does not count: it may be anywhere.
    at=0
  else
    # dd only moves on to where grep is to begin: through a pipe it would take three times as long.
    at=$({ dd bs=1 skip=$((from - log_base)) count=0 && grep -ab "$options" -m 1 -e "$5" | cut -b 1-20; } <"$log")
  fi 2>/dev/null
  at=${at%%:*}
  case $at in '' | *[!0-9]*) at=- ;; *) at=$((from + at)) ;; esac
  printf '%s %s %s\n' "$all" "$from" "$at"
}

# search-log ID FROM BYTES MOST F|E i|- PATTERN : the log's size and where it is searched from, which is later than FROM if that is gone; then
# `offset:line`, counted from there, for each line in these bytes that matches. A carriage return ends a line as well: a progress bar is otherwise one line of many megabytes. Exits 2 on a pattern that is none.
search_log() {
  is_id "$1" && [ -e "$JOBS/$1/spec" ] || refuse "There is no job $1 on this host"
  case $2$3$4 in *[!0-9]*) refuse "'$2 $3 $4' are no numbers" ;; esac
  dir=$JOBS/$1 log=$JOBS/$1/output.log options=-$5 pattern=$7
  [ "$6" != i ] || options=${options}i
  # It may look at the pattern only when there is a line.
  said=$(echo | grep "$options" -e "$pattern" 2>&1 >/dev/null)
  [ -z "$said" ] || refuse "$said" 2
  set_log_size
  from=$2
  [ "$from" -ge "$log_dropped" ] || from=$log_dropped
  printf '%s\n' "$((log_base + size)) $from"
  [ $((log_base + size)) -gt "$from" ] || exit 0
  tail -c "+$((from - log_base + 1))" "$log" | head -c "$3" | tr '\r\000' '\n ' | if echo x | grep -abq x 2>/dev/null; then
    grep -ab "$options" -m "$4" -e "$pattern" | cut -b 1-600
  else
    # grep of a small system does not count.
    PATTERN=$pattern awk -v most="$4" -v kind="$5" -v fold="$6" '
      BEGIN { pattern = fold == "i" ? tolower(ENVIRON["PATTERN"]) : ENVIRON["PATTERN"] }
      {
        text = fold == "i" ? tolower($0) : $0
        if (kind == "F" ? index(text, pattern) : text ~ pattern) {
          printf "%d:%s\n", at, substr($0, 1, 590)
          if (++found >= most) exit
        }
        at += length($0) + 1
      }'
  fi 2>/dev/null
}

# list-files ID PATH MOST : a line for each thing in that folder of the job's workdir: type and mode (hexadecimal), size, time and `./name`.
# A name with a line break comes as a field. Exits 4 where there is no such folder.
list_files() {
  is_id "$1" && [ -e "$JOBS/$1/spec" ] || refuse "There is no job $1 on this host" 4
  command -v stat >/dev/null 2>&1 || refuse 'This host has no stat to list files with' 127
  first_line "$JOBS/$1/spec"
  decode "${line##* =}"
  cd "$text" 2>/dev/null || refuse "Its workdir is gone: $text" 4
  [ -z "$2" ] || cd "./$2" || refuse "There is no folder $2 in $text" 4
  break='
'
  {
    find . -mindepth 1 -maxdepth 1 ! -name "*$break*" -exec stat -c '%f %s %Y %n' {} +
    find . -mindepth 1 -maxdepth 1 -name "*$break*" -exec sh "$AGENT" odd-names {} +
  } 2>/dev/null | head -n "$3"
}

odd_names() {
  for path in "$@"; do
    encode "${path#./}"
    printf '%s %s\n' "$(stat -c '%f %s %Y' "$path")" "$field"
  done
}

attach() {
  # Whoever finds a run lost begins the next one.
  set_login_shell
  is_id "$1" && load "$1" || refuse "There is no job $1 on this host" 3
  first_line "$dir/tmux_socket" && socket=$line
  [ -n "$socket" ] && tmux -S "$socket" has-session >/dev/null 2>&1 || refuse "Job $1 has no terminal (any more)" 3
  first_line "$dir/tmux_session" && session=$line
  if ! has_terminfo "${TERM:-dumb}"; then
    TERM=xterm
    ! has_terminfo xterm-256color || TERM=xterm-256color
    export TERM
  fi
  unset TMUX TMUX_PANE
  tmux -u -S "$socket" attach-session -t "=$session" || exit
  # Its end was seen and a key pressed: nobody needs it any more.
  load_end && close_terminal "$1"
  exit 0
}

# ---- apps

# Puts the folders of data that may hold apps and icons in $data_dirs, between colons, the person's own first.
set_data_dirs() {
  data_dirs=${XDG_DATA_HOME:-${HOME-}/.local/share}:${HOME-}/.local/share/flatpak/exports/share:/var/lib/flatpak/exports/share
  data_dirs=$data_dirs:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}:/var/lib/snapd/desktop
}

# list-apps MOST : for each folder with desktop entries `in =FOLDER`, then a line for each of them: size, times of change, `./name`.
list_apps() {
  command -v stat >/dev/null 2>&1 || refuse 'This host has no stat to list apps with' 127
  set_data_dirs
  break='
' seen=:
  IFS=:
  for base in $data_dirs; do
    case $seen in *":$base:"*) continue ;; esac
    seen=$seen$base:
    cd "$base/applications" || continue
    encode "$PWD"
    printf 'in %s\n' "$field"
    # Folders that are links are left out: not every find sees that they lead in a circle.
    find . -maxdepth 4 \( -type f -o -type l \) -name '*.desktop' ! -name "*$break*" -exec stat -L -c '%s %Y %Z %n' {} +
  done 2>/dev/null | head -n "$1"
}

# The beginning of each, behind each a NUL; nothing for what cannot be read.
app_texts() {
  for path in "$@"; do
    case $path in
      /*.desktop) [ ! -f "$path" ] || head -c 262145 "$path" | tr '\000' '\001' ;;
    esac 2>/dev/null
    printf '\0'
  done
}

# A line for each: 1 where it can be run.
programs() {
  for name in "$@"; do
    if command -v "$name" >/dev/null 2>&1; then echo 1; else echo 0; fi
  done
}

# visit WHAT ID NAME … : a file of the owner's computer, brought here for an app. Exits 4 when it is not there.
#   in … OWNER JOB   takes its bytes, and prints their hash and, in the next line, where it is
#   hash, out        prints the hash of what it is now; sends it
#   same … HASH      its owner's computer has what has this hash
#   remove … HASH    its app has ended. Exits 5 if it is another than that; 6 where the app has left more beside it, which stays
visit() {
  is_id "$2" || refuse "'$2' is no visit"
  dir=$ROOT/visits/$2 mark=$ROOT/visits/.mark.$2
  case ${3-} in */* | . | .. | '') refuse "'${3-}' is no name of a file" ;; esac
  command -v sha256sum >/dev/null 2>&1 || refuse 'This host has no sha256sum' 127
  case $1 in
    in)
      mkdir -p "$dir" && printf '%s\n' "$4" "$5" >"$mark" && cat >"$dir/$3" && hash=$(hash_of "$dir/$3") &&
        printf '%s\n' "$hash" >>"$mark" || refuse "Cannot write $dir/$3"
      printf '%s\n' "$hash" "$dir/$3"
      ;;
    # Programs write a file anew and rename it, so for a moment it may not be there.
    hash) [ -f "$dir/$3" ] && hash_of "$dir/$3" || exit 4 ;;
    out)
      [ -f "$dir/$3" ] || exit 4
      exec cat "$dir/$3"
      ;;
    same)
      { IFS= read -r by && IFS= read -r job; } <"$mark" && printf '%s\n' "$by" "$job" "$4" >"$mark.new" && mv "$mark.new" "$mark"
      ;;
    remove)
      [ ! -f "$dir/$3" ] || [ "$(hash_of "$dir/$3")" = "$4" ] || exit 5
      rm -f "$dir/$3"
      [ ! -d "$dir" ] || find "$dir" -mindepth 1 -maxdepth 1 -type f \( -name '*~' -o -name '.~lock.*' \) -exec rm -f {} +
      rmdir "$dir" 2>/dev/null || [ ! -e "$dir" ] || exit 6
      rm -f "$mark"
      ;;
  esac
}

hash_of() {
  sha256sum <"$1" | cut -c 1-64
}

# Whether the visit's app has ended and what it left is what its owner's computer has, or less. Copies of before and marks of programs
# that have it open are no work of anybody's.
is_returned() {
  job='' hash=''
  { IFS= read -r _ && IFS= read -r job && IFS= read -r hash; } <"visits/.mark.$1"
  ! is_id "$job" || ! is_at_work "$job" || return
  [ -z "$(find "visits/$1" -mindepth 1 ! -type f | head -n 1)" ] || return
  here=$(find "visits/$1" -type f ! -name '*~' ! -name '.~lock.*' -exec sh "$AGENT" hash {} \;)
  case $here in
    '' | "$hash") ;;
    *[!0-9a-f]*) false ;;
    # It never came here whole.
    *) [ -z "$hash" ] ;;
  esac
}

# app-icon NAME SIZE MOST : the picture nearest to that size, by the icon themes of this host. Exits 4 where there is none of MOST bytes.
app_icon() {
  case $2$3 in *[!0-9]*) refuse "'$2 $3' are no numbers" ;; esac
  icon=
  case $1 in
    /*) icon=$1 ;;
    '' | */*) ;;
    *) find_icon "$1" "$2" ;;
  esac
  [ -n "$icon" ] && [ -f "$icon" ] && [ -r "$icon" ] || refuse "There is no icon '$1'" 4
  size_of "$icon"
  [ "$size" -le "$3" ] || refuse "The icon $icon is too big: $size bytes" 4
  exec head -c "$3" "$icon"
}

# Puts the path of an icon in $icon: by the theme in use, those it inherits from, the one of all, those in common use; then by no theme.
# Themes may inherit from each other in a circle.
find_icon() {
  set_data_dirs
  bases=${HOME-}/.icons
  IFS=:
  for base in $data_dirs; do bases=$bases:$base/icons; done
  queue=$(icon_theme):hicolor:Adwaita:breeze:Papirus: seen=: count=0
  while [ -n "$queue" ] && [ $count -lt 32 ]; do
    theme=${queue%%:*} queue=${queue#*:}
    case $theme in '' | */* | .*) continue ;; esac
    case $seen in *":$theme:"*) continue ;; esac
    seen=$seen$theme: count=$((count + 1))
    for base in $bases; do [ ! -f "$base/$theme/index.theme" ] || break; done
    [ -f "$base/$theme/index.theme" ] || continue
    told=$(head -c 524288 "$base/$theme/index.theme" | tr -d '\r' | awk -v want="$2" "$THEME_AWK" | sort -n | cut -d ' ' -f 2-)
    IFS='
'
    for dir in $told; do
      case $dir in
        'inherits '*) queue=${dir#inherits }:$queue && continue ;;
        /* | *..*) continue ;;
      esac
      IFS=:
      for base in $bases; do
        for ending in png svg; do
          [ ! -f "$base/$theme/$dir/$1.$ending" ] || { icon=$base/$theme/$dir/$1.$ending && return; }
        done
      done
    done
    IFS=:
  done
  for base in $bases $data_dirs; do
    for path in "$base/$1" "$base/pixmaps/$1"; do
      for ending in svg png; do
        [ ! -f "$path.$ending" ] || { icon=$path.$ending && return; }
      done
    done
  done
}

# Of an index.theme: each folder of pictures after its distance from the wanted size, and what the theme inherits from. Twice as far where
# a picture would have to be made bigger; of pictures for finer screens none.
THEME_AWK='
function tell() {
  if (size == "" || scale > 1 || ++count > 2000) return
  low = high = size
  if (type == "Scalable") { if (least != "") low = least; if (most != "") high = most }
  else if (type != "Fixed") { low = size - threshold; high = size + threshold }
  print (want < low ? low - want : want > high ? 2 * (want - high) : 0), section
}
/^\[/ {
  tell()
  section = substr($0, 2, index($0, "]") - 2)
  size = type = least = most = ""; scale = 1; threshold = 2
}
section == "Icon Theme" && /^Inherits *=/ { sub(/^[^=]*= */, ""); gsub(/ *, */, ":"); print -1, "inherits " $0 }
section != "Icon Theme" && /^[A-Za-z]+ *= *[A-Za-z0-9]+ *$/ {
  key = $0; sub(/ *=.*/, "", key)
  value = $0; sub(/^[^=]*= */, "", value); sub(/ *$/, "", value)
  if (key == "Size") size = value + 0
  else if (key == "Scale") scale = value + 0
  else if (key == "Type") type = value
  else if (key == "MinSize") least = value + 0
  else if (key == "MaxSize") most = value + 0
  else if (key == "Threshold") threshold = value + 0
}
END { tell() }'

# The theme that the desktop of this host is set to, as its toolkits have it.
icon_theme() {
  config=${XDG_CONFIG_HOME:-${HOME-}/.config}
  {
    sed -n 's/^gtk-icon-theme-name *= *//p' "$config/gtk-4.0/settings.ini" "$config/gtk-3.0/settings.ini" /etc/gtk-3.0/settings.ini
    sed -n '/^\[Icons\]/,/^\[/s/^Theme=//p' "$config/kdeglobals"
  } 2>/dev/null | tr -d '":\r' | head -n 1
}

# ---- disk

disk() {
  cd "$ROOT" || return
  free=$(df -Pk . | awk 'NR == 2 { print $4 }')
  set +f
  # shellcheck disable=SC2046 # Kilobytes, a number each.
  set -- $(for what in jobs workdirs 'folders/*/tree' 'folders/*/spare'; do
    # shellcheck disable=SC2086 # Globbed.
    $NICE du -sk $what 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
  done | tr '\n' ' ')
  ok "$free $1 $2 $3 $4"
}

# disk-entries OWNER : a row for each thing of that owner, with its size and when it was last used.
disk_entries() {
  decode "${1#=}"
  cd "$ROOT" || return
  entries=$(own_entries "$text")
  {
    printf '%s\n' "$entries" | sed 's/^/E /'
    printf '%s\n' "$entries" | awk 'NF { print $3 }' | xargs $NICE du -sk 2>/dev/null | sed 's/^/D /'
    printf '%s\n' "$entries" | awk 'NF { print $4 }' | xargs stat -c 'T %Y %n' 2>/dev/null
  } | awk -v head="$NONCE $REQUEST" '
    $1 == "E" && NF == 5 { kind[++count] = $2; id[count] = $3; path[count] = $4; used[count] = $5 }
    $1 == "D" { kb[$3] = $2 }
    $1 == "T" { at[$3] = $2 }
    END { for (i = 1; i <= count; i++) { print head, "row", kind[i], "=" id[i], kb[path[i]] + 0, at[used[i]] + 0; fflush() } }'
  ok
}

# `kind id path path-whose-time-counts` lines, relative to the root. Names are ids and keys: no space in them.
own_entries() {
  set +f
  for path in jobs/[0-9a-f]*; do
    is_own job "${path##*/}" "$1" || continue
    echo "job ${path##*/} $path $path"
  done
  for path in workdirs/[0-9a-f]*; do
    id=${path##*/}
    is_own workdir "$id" "$1" && ! is_kept "$id" || continue
    if [ -e "jobs/$id" ]; then echo "workdir $id $path jobs/$id"; else echo "workdir $id $path $path"; fi
  done
  for path in folders/*; do
    key=${path##*/}
    is_own folder "$key" "$1" || continue
    if [ -e "$path/stamp" ]; then echo "folder $key $path/tree $path/stamp"; else echo "folder $key $path/tree $path"; fi
    [ ! -d "$path/spare" ] || echo "spare $key $path/spare $path/spare_stamp"
  done
  for path in visits/[0-9a-f]*; do
    id=${path##*/}
    ! is_own visit "$id" "$1" || ! is_returned "$id" || echo "visit $id $path $path"
  done
  for path in bin/agent-*; do
    [ ! -f "$path" ] || [ "${path##*/}" = "${AGENT##*/}" ] || echo "agent ${path##*/agent-} $path $path"
  done
}

# Whether the thing KIND ID is of OWNER. Asks of this one only: there may be thousands.
is_own() {
  line=''
  case $1 in
    job | workdir)
      is_id "$2" || return
      first_line "jobs/$2/owner"
      [ -n "$line" ] || [ "$1" = job ] || first_line "workdirs/.owner.$2"
      ;;
    folder | spare) is_key "$2" && first_line "folders/$2/owner" ;;
    visit) is_id "$2" && first_line "visits/.mark.$2" ;;
    *) return 1 ;;
  esac
  [ "$line" = "$3" ]
}

# Its job and workdir are in use, or will be.
is_at_work() {
  load "$1" || return
  case $job_state in
    starting | running) ;;
    *) first_line_of_run && place=$PROCESSES/${line% *} && set_newest && [ "$newest" = "$1" ] && is_wanted ;;
  esac
}

is_begun() {
  load "$1" && { [ "$job_state" = running ] || [ "$job_state" = starting ]; }
}

# remove-entries KIND OWNER ID... : jobs or workdirs, as many as one likes for the price of a few processes. A row for each that is gone;
# what runs, or is another's, is left alone.
remove_entries() {
  kind=${1#=}
  decode "${2#=}"
  cd "$ROOT" && case $kind in job | workdir) ;; *) false ;; esac || return
  shift 2
  owner=$text paths='' marks='' gone=${kind}s/.gone.$$.$REQUEST
  for id in "$@"; do
    id=${id#=}
    is_own "$kind" "$id" "$owner" && [ -e "${kind}s/$id" ] && ! is_at_work "$id" || continue
    if [ "$kind" = job ]; then close_terminal "$id"; else ! is_kept "$id" || continue; fi
    paths="$paths ${kind}s/$id" marks="$marks workdirs/.owner.$id"
  done
  [ -n "$paths" ] || {
    ok
    return
  }
  # Out of sight at once, then away. A folder without the right to write in it cannot even be moved to another.
  # shellcheck disable=SC2086 # Ids, to be split.
  mkdir "$gone" && { mv $paths "$gone" 2>/dev/null || {
    chmod u+w $paths 2>/dev/null
    for path in $paths; do [ ! -e "$path" ] || mv "$path" "$gone" || break; done
  }; } && { [ "$kind" = job ] || rm -f $marks; } &&
    { rm -rf "$gone" 2>/dev/null || { chmod -R u+rwX "$gone" 2>/dev/null && rm -rf "$gone"; }; } || {
    fail "Cannot remove ${kind}s"
    return
  }
  for path in $paths; do reply "row =${path##*/}"; done
  ok
}

# remove-entry KIND ID OWNER : others' things are left alone.
remove_entry() {
  kind=${1#=} id=${2#=}
  decode "${3#=}"
  cd "$ROOT" || return
  if [ "$kind" = agent ]; then
    is_key "$id" && [ "agent-$id" != "${AGENT##*/}" ] && rm -f "bin/agent-$id"
    ok
    return
  fi
  if ! is_own "$kind" "$id" "$text"; then
    ok
    return
  fi
  case $kind in
    job | workdir)
      if is_at_work "$id" || { [ "$kind" = workdir ] && is_kept "$id"; }; then
        err CONFLICT "Job $id runs: its $kind is in use"
        return
      fi
      if [ "$kind" = job ]; then
        close_terminal "$id"
        discard "jobs/$id"
      else
        discard "workdirs/$id" && discard "workdirs/.owner.$id"
      fi
      ;;
    folder) lock_folder "folders/$id" -x && discard "folders/$id" ;;
    spare) lock_folder "folders/$id" -x && discard "folders/$id/spare" ;;
    visit)
      if ! is_returned "$id"; then
        err CONFLICT "The file of visit $id is in use again"
        return
      fi
      discard "visits/$id" && discard "visits/.mark.$id"
      ;;
    *) false ;;
  esac || {
    fail "Cannot remove the $kind $id"
    return
  }
  ok
}

# What crashes left behind, and agents nobody uses. Once for each agent that begins to serve. By the host's clock, which may have been set
# ahead: so what is in use stays, however old it looks.
tidy() {
  set +f
  REQUEST=tidy
  touch "$AGENT"
  first_line "$EVENTS/generation"
  size_of "$EVENTS/log.$line"
  [ "$size" -le 1048576 ] || rotate
  for fifo in "$EVENTS"/[fvw].*; do
    pid=${fifo##*/?.}
    [ -e "$fifo" ] && [ ! -d "/proc/${pid%.*}" ] || continue
    # Its reader may have outlived the agent that it read for.
    printf 'quit\n' 1<>"$fifo"
    rm -f "$fifo"
  done
  close_old_terminals
  for mark in "$ROOT"/workdirs/.kept.*; do
    first_line "$mark"
    [ -z "$line" ] || [ -e "$PROCESSES/$line" ] || rm -f "$mark"
  done
  is_keeper=1
  ! tend_keepers || tend_all "$$"
  is_keeper=
  for folder in "$JOBS" "$PROCESSES" "$ROOT/workdirs" "$ROOT"/folders/*; do
    for path in "$folder"/.new.* "$folder"/.gone.*; do
      is_older "$path" -mmin +1440 || continue
      id=${path##*/.new.}
      # Where an agent that serves writes jobs.
      [ ! -d "/proc/$id" ] || continue
      # A workdir under way is copied under this lock.
      mark=$ROOT/workdirs/.owner.${id%.*}
      [ ! -e "$mark" ] || flock -n "$mark" true || continue
      rm -rf "$path" 2>/dev/null || { chmod -R u+rwX "$path" && rm -rf "$path"; }
    done
  done
  for path in "$JOBS"/*/spec; do
    dir=${path%/spec}
    [ ! -s "$dir/watcher" ] && [ ! -e "$dir/exitcode" ] && [ ! -e "$dir/lost" ] && is_older "$path" -mmin +10 || continue
    (set -C && true >"$dir/watcher") 2>/dev/null
    load "${dir##*/}" && [ "$job_state" = starting ] && lose 'its start was interrupted'
  done
  for path in "$ROOT"/bin/agent-*; do
    [ "$path" != "$AGENT" ] && is_older "$path" -mtime +30 || continue
    is_used=
    for job in "$JOBS"/*/spec; do
      [ ! -e "${job%/*}/record" ] && { read -r _ && read -r line; } <"$job" && [ "${line##*/}" = "${path##*/}" ] && is_used=1
    done
    # By another computer's core. Not found in the very question.
    name=${path##*/}
    [ -n "$is_used" ] || ! grep -qs "agen[t]${name#agent}" /proc/[0-9]*/cmdline || is_used=1
    [ -n "$is_used" ] || rm -f "$path"
  done
  true
}

# By find's own words; false for what is not there.
is_older() {
  [ -e "$1" ] && [ -n "$(find "$1" -maxdepth 0 "$2" "$3" 2>/dev/null)" ]
}

main "$@"
