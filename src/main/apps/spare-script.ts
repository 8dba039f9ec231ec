/**
 * The text that makes a display ready on a host before an app wants one: a `waypipe server`, whose start takes longer than all else that an
 * app waits for there. It runs through the connection that draws, and stands ready until its input ends.
 */
import { shellQuote } from '../../shared/shell-quote.ts'
import { type DrawingLink, RUNTIME_DIR } from './app-script.ts'

/** `name`: of its socket, as none was called before. */
export function spareScript({ root, link, name }: { root: string; link: DrawingLink; name: string }): string {
  const words = { root, folder: `${root}/display`, name, link: link.id, socket: link.remoteSocket, compression: link.compression }
  const lines = Object.entries(words).map(([key, value]) => `d_${key}=${shellQuote(value)}`)
  return `${[...lines, SPARE].join('\n')}\n`
}

/**
 * What is ready shows as a FIFO, named by its link, its display and the PID of its waypipe, which a job takes by renaming it. The display
 * lives as long as somebody has that open to write: we, and then the job. So it outlives neither, however they end.
 */
const SPARE = String.raw`${RUNTIME_DIR}
unset A
umask 077
cd "$d_folder" && mkfifo "$d_name.new" && exec 3<>"$d_name.new" 4<"$d_name.new" || exit
setsid waypipe --compress "$d_compression" --socket "$d_socket" --display "$d_folder/$d_name" server -- \
  /bin/sh -c 'trap "" HUP INT QUIT TERM; mv "$1/$2.new" "$1/$3.$2.$PPID" && read -r _ <&4' sh "$d_folder" "$d_name" "$d_link" \
  </dev/null >/dev/null 2>&1 3>&- &
cat >/dev/null
rm -f "$d_name.new" "$d_link.$d_name".*`
