/** Exported units: their texts, what systemd's own checker says of them, and what a manager makes of hostile ones. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import type { ProcessInstance, ProjectDefinition } from '../../../shared/project.ts'
import { envFile } from './env-file.ts'
import { exportSystemd, type SystemdOptions } from './export-systemd.ts'

type Given = { command?: string; environment?: Record<string, string>; options?: Partial<ProcessInstance['options']> }

function instance(label: string, { command = 'true', environment = {}, options = {} }: Given = {}): ProcessInstance {
  const [name = '', number = '1'] = label.split('.')
  return {
    ...{ name, instance: Number(number), label, command, line: 1, port: null, environment },
    options: {
      ...{ host: 'local', dependsOn: [], readiness: null, restart: 'never', hasTerminal: false, failurePatterns: [] },
      ...{ stopSignal: 'TERM', stopGraceMs: 5_000, logCapBytes: 1, workingDirectory: null, whenItEnds: 'leave' },
      backoff: { initialMs: 1_000, maxMs: 60_000, stableMs: 10_000 },
      ...options,
    },
  }
}

function project(folder: string, ...instances: ProcessInstance[]): ProjectDefinition {
  return {
    folder,
    processes: [...new Set(instances.map(({ name }) => name))],
    instances,
    sync: true,
    environment: {},
    port: 5000,
  }
}

function exported(definition: ProjectDefinition, options: Partial<SystemdOptions> = {}) {
  const out = options.out ?? temporaryFolder()
  const made = exportSystemd(definition, { isUser: true, out, name: null, user: 'me', shell: '/bin/bash', ...options })
  for (const { name, text } of made.files) writeFileSync(join(out, name), text)
  return { ...made, out, textOf: (name: string) => made.files.find(file => file.name === name)?.text ?? '' }
}

/** What systemd says of the units, but for what other units of this machine lack. */
function verify({ files, out }: { files: readonly { name: string }[]; out: string }, isUser = true): string {
  const units = files.filter(({ name }) => !name.endsWith('.env')).map(({ name }) => join(out, name))
  const words = ['verify', ...(isUser ? ['--user'] : []), '--man=no', ...units]
  const { error, stdout, stderr } = spawnSync('systemd-analyze', words, {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: temporaryFolder() },
  })
  if (error) throw new Error('systemd-analyze is missing: scripts/setup-debian.sh installs the package systemd', { cause: error })
  const ours = files.map(({ name }) => name)
  return `${stdout}${stderr}`
    .split('\n')
    .filter(line => ours.some(name => line.includes(name)))
    .join('\n')
}

test('a service for each process, and a target that wants them', () => {
  const folder = join(temporaryFolder(), 'My App')
  mkdirSync(join(folder, 'api'), { recursive: true })
  const made = exported(
    project(
      folder,
      instance('db.1', { options: { restart: 'always', stopSignal: 'INT', stopGraceMs: 0 } }),
      instance('migrate.1', { options: { restart: 'always' } }),
      instance('web.1', {
        command: 'serve --port $PORT',
        environment: { PORT: '5000', SECRET: 'geheim' },
        options: {
          workingDirectory: 'api',
          restart: 'on-failure',
          dependsOn: [
            { process: 'db', condition: 'ready' },
            { process: 'migrate', condition: 'done' },
            { process: 'far', condition: 'started' },
          ],
        },
      }),
      instance('far.1', { options: { host: 'box' } }),
    ),
  )
  expect(made.files.map(({ name, isSecret }) => [name, isSecret])).toEqual([
    ['My-App.target', false],
    ['My-App-db.1.service', false],
    ['My-App-migrate.1.service', false],
    ['My-App-web.1.service', false],
    ['My-App-web.1.env', true],
  ])
  expect(made.notes).toEqual([
    'far.1 runs on box: left out',
    'web.1 waits until db has started: systemd does not see when it is ready',
  ])
  expect(made.textOf('My-App.target')).toMatch(/Wants=My-App-db\.1\.service[\s\S]*WantedBy=default\.target/)
  expect(made.textOf('My-App-db.1.service')).toMatch(/KillSignal=SIGINT\nTimeoutStopSec=1ms\nRestart=always/)
  // What is waited for to its end does not begin anew after it.
  expect(made.textOf('My-App-migrate.1.service')).toMatch(/Type=oneshot\nRemainAfterExit=yes[\s\S]*Restart=on-failure/)
  const web = made.textOf('My-App-web.1.service')
  expect(web).toContain(`WorkingDirectory=${folder}/api\nEnvironmentFile=${made.out}/My-App-web.1.env\n`)
  expect(web).toContain('ExecStart="/bin/bash" "-lc" "serve --port $$PORT"\n')
  expect(web).toContain('After=My-App-db.1.service')
  expect(web).not.toContain('far')
  expect(made.files.filter(({ isSecret }) => !isSecret).some(({ text }) => text.includes('geheim'))).toBe(false)
  expect(verify(made)).toBe('')
})

test('units of the system run as their person', () => {
  const made = exported(project(temporaryFolder(), instance('web.1')), { isUser: false, name: 'app' })
  expect(made.textOf('app-web.1.service')).toContain('User=me\n')
  expect(made.textOf('app.target')).toContain('WantedBy=multi-user.target\n')
  const other = exported(project(temporaryFolder(), instance('web.1')), { isUser: false, name: 'app', user: 'daemon' })
  expect(verify(other, false)).toBe('')
})

test.each([
  `echo "a b" $HOME $\{HOME} %h %% \\n \`id\` ; exit 3`,
  'printf "%s\\n" "$(cat <<E\nx\nE\n)"',
  "echo 'quote' \\' # \t tab",
  '\u001b[31mred \u007f größe 🐑',
  ';',
  '-n',
  '+x',
])('systemd takes %j', command => {
  const folder = join(temporaryFolder(), 'a b %h $HOME "c" \\x [*]')
  mkdirSync(folder)
  const made = exported(project(folder, instance('web.1', { command, environment: { A: 'x' } })), { name: 'app', out: folder })
  expect(verify(made)).toBe('')
  expect(made.textOf('app-web.1.service').match(/^\[/gm)).toHaveLength(2)
  // No option of the shell.
  expect(made.textOf('app-web.1.service')).not.toMatch(/"-lc" "[-+]/)
})

test('no text of a project becomes a line of a unit', () => {
  const evil = 'true\nExecStartPre=/bin/evil\n[Install]'
  const made = exported(project('/srv/[Install] x', instance('web.1', { command: evil, environment: { A: evil } })))
  expect(made.files.map(({ name }) => name)).toEqual(['Install-x.target', 'Install-x-web.1.service', 'Install-x-web.1.env'])
  expect(made.textOf('Install-x-web.1.service').match(/^ExecStart/gm)).toHaveLength(1)
  for (const folder of ['/srv/a\nExecStart=evil', '/srv/ends ', '/srv/ends\\', '/srv/bell\u0007'])
    expect(() => exported(project(folder, instance('web.1')))).toThrow(/No unit can name this path/)
})

test('an unknown shell is not trusted with a line; without a process here there is nothing to export', () => {
  const made = exported(project(temporaryFolder(), instance('web.1')), { shell: '/usr/bin/tcsh', name: 'app' })
  expect(made.textOf('app-web.1.service')).toContain('ExecStart="/bin/sh" "-lc"')
  expect(() => exported(project('/srv', instance('web.1', { options: { host: 'box' } })))).toThrow(/runs on this computer/)
})

test('variables stand in quotes; what systemd would pass over is told', () => {
  expect(envFile({ A: 'a "b" `c` $d \\ \n\t# e', B: '' })).toEqual({
    text: 'A="a \\"b\\" \\`c\\` \\$d \\\\ \n\t# e"\nB=""\n',
    leftOut: [],
  })
  expect(envFile({ A: '\u001b[1m', B: 'b\r' })).toEqual({ text: null, leftOut: ['A', 'B'] })
})
