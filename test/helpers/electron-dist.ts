/**
 * What electron-builder makes packages from, where neither Electron's programs nor its own tools can be had: folders of the same form, in
 * which Electron's program is the stand-in, and AppImage's runtime a script over Debian's squashfs-tools.
 */
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STAND_IN } from './electron-app.ts'

/** The mark by which a fuse tool finds the fuses, the version and number of them, and each as it is set from the start. */
const FUSES = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('101100101')])
const VERSION = '45.4.1'
const RUNTIME_BYTES = 4096

/** Started without `ELECTRON_RUN_AS_NODE`, it runs the app that lies where Electron's does. */
const PROGRAM = `#!/bin/sh
self=$(readlink -f "$0")
export STAND_IN_PROGRAM="$self"
if [ -n "\${ELECTRON_RUN_AS_NODE:-}" ]; then
  exec '${STAND_IN}' "$@"
fi
exec '${STAND_IN}' "$@" "\${self%/*}/resources/app.asar"
#`

/** The image follows at byte 4096. */
const RUNTIME = `#!/bin/sh
self=$(readlink -f "$0")
case \${1-} in
  --appimage-extract) exec unsquashfs -q -n -d squashfs-root -o ${RUNTIME_BYTES} "$self" ;;
esac
echo 'This stand-in for the runtime can only be unpacked' >&2
exit 1
`

const PLIST = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CFBundleExecutable</key><string>Electron</string></dict></plist>
`

/** For `electronDist` on Linux. */
export function makeLinuxDist(folder: string): string {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  writeFileSync(join(folder, 'version'), VERSION)
  writeFileSync(join(folder, 'LICENSE'), 'stand-in\n')
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from(PROGRAM), FUSES]), { mode: 0o755 })
  return folder
}

/** For `electronDist` on macOS. */
export function makeMacDist(folder: string): string {
  const contents = join(folder, 'Electron.app/Contents')
  const helper = join(contents, 'Frameworks/Electron Helper.app/Contents')
  const framework = join(contents, 'Frameworks/Electron Framework.framework')
  for (const part of [`${contents}/MacOS`, `${contents}/Resources`, `${helper}/MacOS`, framework])
    mkdirSync(part, { recursive: true })
  writeFileSync(join(folder, 'version'), VERSION)
  for (const plist of [contents, helper]) writeFileSync(join(plist, 'Info.plist'), PLIST)
  for (const program of [`${contents}/MacOS/Electron`, `${helper}/MacOS/Electron Helper`])
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(join(framework, 'Electron Framework'), FUSES)
  return folder
}

/** For `APPIMAGE_TOOLS_PATH`. */
export function makeAppImageTools(folder: string): string {
  for (const part of ['runtimes', 'lib/x64']) mkdirSync(join(folder, part), { recursive: true })
  for (const program of ['mksquashfs', 'desktop-file-validate']) symlinkSync(`/usr/bin/${program}`, join(folder, program))
  const runtime = join(folder, 'runtimes/runtime-x64')
  writeFileSync(runtime, RUNTIME)
  truncateSync(runtime, RUNTIME_BYTES)
  return folder
}

/** For `CUSTOM_FPM_PATH`: makes no package, and keeps the words that it was called with, and the scripts that they name. */
export function makeFpm(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'fpm')
  const script = `#!/bin/sh
for word; do printf '%s\\n' "$word"; done >'${folder}/words'
while [ $# -gt 0 ]; do
  case $1 in
    --after-install | --after-remove) cp "$2" "${folder}/\${1#--}" ;;
    --package) : >"$2" ;;
  esac
  shift
done
`
  writeFileSync(program, script)
  chmodSync(program, 0o755)
  return program
}
