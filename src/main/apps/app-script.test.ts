import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { directScript, drawnScript } from './app-script.ts'

const JOB = {
  id: 'abcdabcd-0000-4000-8000-0123456789ab',
  command: { argv: ["it's", '$HOME'] },
  env: { SECRET: "x'y" },
  hasTerminal: false,
}
const LINK = { id: 'abc', remoteSocket: '/home/me/.drover/display/s1', compression: 'lz4' }

test('the text of an app is shell whatever stands in it, and puts nothing of it into the arguments of a program', () => {
  const text = drawnScript(JOB, { agent: { root: "/home/m'e/.drover", version: 'abc' }, link: LINK })
  execFileSync('/bin/sh', ['-n'], { input: text })
  expect(text).not.toContain('\\${')
  const [words = ''] = text.split('\nif [ ! -d')
  const shown = execFileSync(
    '/bin/sh',
    ['-c', `${words}\nprintf '%s\\001' "$d_job" "$d_display" "$d_name"; printf '%s' "$d_app"`],
    {
      encoding: 'utf8',
    },
  )
  const [job, display, name, app = ''] = shown.split('\u0001')
  expect([job, display, name]).toEqual([
    `/home/m'e/.drover/jobs/${JOB.id}`,
    "/home/m'e/.drover/display/wabcdabcd89ab",
    'wabcdabcd89ab',
  ])
  expect(app).toContain(`exec 'it'\\''s' '$HOME'`)
})

test('what the person sets wins over what we set', () => {
  const text = drawnScript({ ...JOB, env: { QT_QPA_PLATFORM: 'xcb' } }, { agent: { root: '/r', version: 'abc' }, link: LINK })
  expect(text.match(/QT_QPA_PLATFORM=\S+/g)).toEqual(['QT_QPA_PLATFORM=xcb'])
  expect(directScript({ ...JOB, env: { DISPLAY: ':9' } }, { DISPLAY: ':0', WAYLAND_DISPLAY: 'w' })).toContain('export DISPLAY=:9')
})
