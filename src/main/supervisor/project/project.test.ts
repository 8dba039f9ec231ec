// biome-ignore-all lint/suspicious/noTemplateCurlyInString: project files hold them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { type LoadOptions, loadProject } from './project.ts'

function folderOf(files: Record<string, string | Uint8Array>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function load(files: Record<string, string | Uint8Array>, options?: LoadOptions) {
  const { project, problems } = await loadProject(folderOf(files), options)
  return { project, told: problems.map(one => `${one.severity} ${one.file}:${one.line}:${one.column}: ${one.message}`) }
}

async function sound(files: Record<string, string | Uint8Array>, options?: LoadOptions) {
  const { project, told } = await load(files, options)
  expect(told).toEqual([])
  if (project === null) throw new Error('it has no problem and is no project')
  return project
}

const PROCFILE = 'web: serve -p $PORT\nworker: work\n'

describe('a Procfile alone', () => {
  test('is a project: each process once, on this machine, with PORT and PS, never restarted', async () => {
    const folder = folderOf({ Procfile: PROCFILE })
    const { project, problems } = await loadProject(folder)
    expect(problems).toEqual([])
    expect(project).toMatchObject({ folder, processes: ['web', 'worker'], sync: true })
    expect(project?.instances).toMatchObject([
      { label: 'web.1', command: 'serve -p $PORT', line: 1, port: 5000, environment: { PORT: '5000', PS: 'web.1' } },
      { label: 'worker.1', command: 'work', line: 2, port: 5100, environment: { PORT: '5100', PS: 'worker.1' } },
    ])
    expect(project?.instances[0]?.options).toEqual({
      host: 'local',
      dependsOn: [],
      readiness: null,
      restart: 'never',
      backoff: { initialMs: 1000, maxMs: 60_000, stableMs: 10_000 },
      stopSignal: 'TERM',
      stopGraceMs: 5000,
      hasTerminal: false,
      failurePatterns: [],
      logCapBytes: 100_000_000,
      workingDirectory: null,
      whenItEnds: 'leave',
    })
  })

  test('that is not there, is a folder, a FIFO, a link to nothing or too big, is told and waited for by nobody', async () => {
    const folder = temporaryFolder()
    const problemIn = async (procfile: string) => (await loadProject(folder, { procfile })).problems[0]
    mkdirSync(join(folder, 'folder'))
    execFileSync('mkfifo', [join(folder, 'fifo')])
    symlinkSync('nowhere', join(folder, 'dangling'))
    writeFileSync(join(folder, 'big'), Buffer.alloc(1_000_001, '#'))
    const error = { line: 1, column: 1, severity: 'error' }
    expect(await problemIn('none')).toEqual({
      ...error,
      file: 'none',
      message: 'is not there: write one with a process a line, as web: npm start',
    })
    expect(await problemIn('dangling')).toEqual({ ...error, file: 'dangling', message: expect.stringContaining('is not there') })
    expect(await problemIn('folder')).toEqual({ ...error, file: 'folder', message: 'is not a regular file' })
    expect(await problemIn('fifo')).toEqual({ ...error, file: 'fifo', message: 'is not a regular file' })
    expect(await problemIn('big')).toEqual({ ...error, file: 'big', message: 'is bigger than 1 MB' })
    expect(await problemIn('/proc/self/mem')).toMatchObject({ ...error, message: expect.stringMatching(/^cannot be read: /) })
  })

  test('with errors is no project, and what refers to its names is not blamed for that', async () => {
    const { project, told } = await load({
      Procfile: 'web.1: a\nworker: b',
      'drover.yaml': 'processes:\n  web: { depends_on: [worker] }\n',
      'failure_declarations.json': '{"web": ["x"]}',
    })
    expect(project).toBeNull()
    expect(told).toEqual(['error Procfile:1:4: "." in a name: it is letters, digits, dashes and underscores of ASCII'])
  })

  test('of which all is wrong is told in five hundred lines, whatever the other files are full of', async () => {
    const wrong = '?\n'.repeat(150_000)
    expect(
      (await load({ Procfile: wrong, '.env': wrong, '.env.local': 'A=1\n'.repeat(150_000), 'drover.yaml': wrong })).told,
    ).toHaveLength(500)
    const { told } = await load({ Procfile: 'bad\n'.repeat(2000) })
    expect(told).toHaveLength(500)
    expect(told.at(-1)).toMatch(/^error Procfile:500:4: and 1501 more, of which this is the first: no colon/)
  })
})

describe('a formation', () => {
  test('makes instances, whose ports follow one another as in foreman, also past processes of which there are none', async () => {
    const { instances, processes } = await sound({ Procfile: 'a: 1\nb: 2\nc: 3' }, { formation: 'a=2,b=0' })
    expect(processes).toEqual(['a', 'b', 'c'])
    expect(instances.map(({ label, port, environment }) => [label, port, environment.PORT, environment.PS])).toEqual([
      ['a.1', 5000, '5000', 'a.1'],
      ['a.2', 5001, '5001', 'a.2'],
      ['c.1', 5200, '5200', 'c.1'],
    ])
  })

  test('of the call stands in place of that in drover.yaml', async () => {
    const files = { Procfile: PROCFILE, 'drover.yaml': 'formation: web=2,worker=2\n' }
    expect((await sound(files)).instances.map(({ label }) => label)).toEqual(['web.1', 'web.2', 'worker.1', 'worker.2'])
    expect((await sound(files, { formation: 'worker=0' })).instances.map(({ label }) => label)).toEqual(['web.1'])
  })

  test('that is wrong is told where it stands', async () => {
    const yaml = { Procfile: PROCFILE, 'drover.yaml': 'port: 1\nformation: wbe=2' }
    const unknown = 'the Procfile has no process named wbe; did you mean web?'
    expect((await load(yaml)).told).toEqual([`error drover.yaml:2:12: formation: ${unknown}`])
    expect((await load({ Procfile: PROCFILE }, { formation: 'web=1,wbe=2' })).told).toEqual([`error formation:1:7: ${unknown}`])
  })
})

describe('ports', () => {
  const port = async (files: Record<string, string>, options?: LoadOptions) =>
    (await sound({ Procfile: PROCFILE, ...files }, options)).instances.map(one => one.port)

  test('begin where the call says, else drover.yaml, .env.local, .env, the variables of the caller', async () => {
    const here = { PORT: '1000' }
    const env = { '.env': 'PORT=2000' }
    const local = { ...env, '.env.local': 'PORT=3000' }
    const yaml = { ...local, 'drover.yaml': 'port: 4000' }
    expect(await port({}, { here })).toEqual([1000, 1100])
    expect(await port(env, { here })).toEqual([2000, 2100])
    expect(await port(local, { here })).toEqual([3000, 3100])
    expect(await port(yaml, { here })).toEqual([4000, 4100])
    expect(await port(yaml, { here, port: 6000 })).toEqual([6000, 6100])
  })

  test('are as far from one another as drover.yaml says, and a process may have its own', async () => {
    expect(await port({ 'drover.yaml': 'port_step: 1' })).toEqual([5000, 5001])
    const own = 'processes: { worker: { environment: { PORT: 80 } } }'
    expect(await port({ 'drover.yaml': own })).toEqual([5000, 80])
    expect(await port({ 'drover.yaml': 'processes: { worker: { environment: { PORT: none } } }' })).toEqual([5000, null])
  })

  test('that are none are refused', async () => {
    expect((await load({ Procfile: PROCFILE, '.env': 'A=1\nPORT=http' })).told).toEqual([
      'error .env:2:1: PORT is no port: 1 to 65535',
    ])
    expect((await load({ Procfile: PROCFILE }, { here: { PORT: '0' } })).told).toEqual([
      'error environment:1:1: PORT is no port: 1 to 65535',
    ])
    expect((await load({ Procfile: PROCFILE }, { port: 65_500 })).told).toEqual([
      'error Procfile:2:1: the PORT of worker would be 65600, and ports end at 65535: set a smaller port or port_step in drover.yaml',
    ])
    expect((await load({ Procfile: PROCFILE, 'drover.yaml': 'port_step: 2\nformation: web=3' })).told).toEqual([
      'error Procfile:1:1: web runs 3 times, and its ports meet the next ones: set port_step to 3 or more in drover.yaml',
    ])
  })
})

describe('variables', () => {
  const environment = async (files: Record<string, string>, options?: LoadOptions) =>
    (await sound({ Procfile: 'web: a', ...files }, options)).instances[0]?.environment

  test('of .env hold unless .env.local has them, and those of the process above both', async () => {
    const files = {
      '.env': 'A=1\nB=1\nC=1',
      '.env.local': 'B=2\nC=2',
      'drover.yaml': 'processes: { web: { environment: { C: "3" } } }',
    }
    expect(await environment(files)).toEqual({ A: '1', B: '2', C: '3', PORT: '5000', PS: 'web.1' })
  })

  test('find one another, and what the caller has; that is not passed on', async () => {
    const files = {
      '.env': 'URL=http://${NAME}:${PORT}\nNAME=a\nPORT=7000',
      '.env.local': 'NAME=b',
      'drover.yaml': 'processes: { web: { environment: { ME: "${PS} at ${PORT} of ${HOME}", TWICE: "${ME}!" } } }',
    }
    expect(await environment(files, { here: { HOME: '/me', SECRET: 'x' } })).toEqual({
      URL: 'http://b:7000',
      NAME: 'b',
      PORT: '7000',
      PS: 'web.1',
      ME: 'web.1 at 7000 of /me',
      TWICE: 'web.1 at 7000 of /me!',
    })
  })

  test('that a file brings are not taken for PS, and PORT is stepped', async () => {
    expect(await environment({ '.env': 'PS=mine\nPORT=8000' })).toEqual({ PS: 'web.1', PORT: '8000' })
  })

  test('of drover.yaml are the text that is written there', async () => {
    const yaml = 'processes:\n  web:\n    environment: { A: 1.10, B: true, C: 0x1F, D: "007", E: 007, F: "" }\n'
    expect(await environment({ 'drover.yaml': yaml })).toMatchObject({
      A: '1.10',
      B: 'true',
      C: '0x1F',
      D: '007',
      E: '007',
      F: '',
    })
  })

  test('of files that the call names are those alone, and these have to be there', async () => {
    const files = { '.env': 'A=1', first: 'B=1\nC=1', second: 'C=2' }
    expect(await environment(files, { envFiles: ['first', 'second'] })).toEqual({ B: '1', C: '2', PORT: '5000', PS: 'web.1' })
    expect((await load({ Procfile: 'web: a' }, { envFiles: ['none'] })).told).toEqual(['error none:1:1: is not there'])
  })

  test('without a value are told once, however many instances there are', async () => {
    const yaml = 'processes: { web: { environment: { A: "${NONE}" } } }\n'
    const { told } = await load({ Procfile: 'web: a', '.env': 'B=${GONE}', 'drover.yaml': yaml }, { formation: 'web=3' })
    expect(told).toEqual([
      'warning .env:1:1: ${GONE} in B has no value: nothing stands in its place',
      'warning drover.yaml:1:36: ${NONE} in A has no value: nothing stands in its place',
    ])
  })
})
