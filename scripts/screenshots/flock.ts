/**
 * What the screenshots show: the built product with hosts behind real sshd, apps in their homes, and jobs that really run there. Only the
 * hours before are written into its store, since nobody would wait for them.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '../../src/shared/domain.ts'
import { openPanelDesktop, type PanelDesktop } from '../../test/helpers/panel.ts'
import { openProduct, type Product } from '../../test/helpers/product.ts'
import { openSshd } from '../../test/helpers/sshd.ts'
import { waitFor } from '../../test/helpers/wait.ts'
import { takeOwnPort } from '../../test/helpers/web.ts'
import { FLOCK_APPS, installApps } from './flock-apps.ts'
import { seedPast } from './flock-past.ts'
import { bringUpProject } from './flock-project.ts'

const FILES = {
  Makefile: `flock: $(patsubst %.c,%.o,$(sort $(wildcard */*.c)))
	@printf '\\033[1m  LINK  %s\\033[0m\\n' $@
%.o: %.c
	@printf '\\033[32m  CC\\033[0m    %s\\n' $<; sleep 12
test: flock
	./count.sh --all
.PHONY: test
`,
  'count.sh': `#!/bin/sh
for pen in north south east west; do echo "  TEST  count the sheep of the $pen pen"; done
echo "FAILED  gate.test: expected 99 sheep, counted 98" >&2; exit 2
`,
  'graze.sh': '#!/bin/sh\nwhile :; do echo "$(date +%T) $(shuf -i 90-99 -n 1) sheep graze"; sleep 1; done\n',
  'shear.sh': `#!/bin/sh
mkdir -p wool; for sheep in 1 2 3; do head -c 40000 /dev/urandom >wool/fleece-$sheep.bin; echo "sheared sheep $sheep"; done
`,
  // Holds some memory and a processor, so that there is something to measure.
  'train.sh': `#!/bin/sh
exec awk 'BEGIN { for (i = 0; i < 900000; i++) kept[i] = i "sheep"; for (epoch = 1; ; epoch++) {
  for (i = 0; i < 6000000; i++) x += i % 7
  printf "epoch %3d  dog obeys %.1f %%\\n", epoch, 99 - 60 / epoch; fflush(); system("sleep 1") } }'
`,
} as const
const PROJECT = 'code/flock'
const PENS = ['east', 'hill', 'north', 'south', 'west']
const SOURCES = ['barn', 'collar', 'dog', 'fence', 'gate', 'herd', 'lamb', 'meadow', 'pen', 'ram', 'shears', 'wool', 'yard']

export type Flock = {
  readonly product: Product
  readonly desktop: PanelDesktop
  /** Ids of jobs. */
  readonly jobs: { make: string; train: string; failed: string; shorn: string; app: string }
  /** The id of a project that is up. */
  readonly project: string
  /** A folder that has not been pushed yet. */
  readonly folder: string
  close(): Promise<void>
}

export async function openFlock(): Promise<Flock> {
  const [big, gpu, attic, desktop] = await Promise.all([openSshd(), openSshd(), openSshd(), openPanelDesktop()])
  const hosts = { big, gpu, attic }
  const { DBUS_SESSION_BUS_ADDRESS, DISPLAY, XDG_RUNTIME_DIR, WAYLAND_DISPLAY } = desktop.env
  const display = { DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY: join(XDG_RUNTIME_DIR, WAYLAND_DISPLAY) }
  const product = await openProduct(hosts, { env: display })
  const close = async () => {
    await product.close()
    await Promise.all(Object.values(hosts).map(host => host.stop()))
    desktop.close()
  }
  try {
    for (const host of [big, gpu]) installApps(host.home, FLOCK_APPS)
    installApps(attic.home, FLOCK_APPS.slice(0, 3))
    await product.drover(['daemon', 'stop'])
    seedPast(product, ['local', 'big', 'gpu', 'attic'])
    await takeOwnPort(product)
    await product.drover(['host', 'tag', 'gpu', 'gpu'])
    const jobs = await runJobs(product)
    const project = await bringUpProject(product)
    await attic.kill()
    await waitFor(async () => (await product.call('host.list', {})).hosts.some(({ state }) => state !== 'connected'), {
      what: 'attic to be away',
      timeoutMs: 30_000,
    })
    const make = await pushWithTerminal(product, { argv: ['make', '-j2'] })
    return { product, desktop, jobs: { ...jobs, make }, project, folder: writeProject(product, 'code/meadow'), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Two folders deep: so much of a path is shown. */
function writeProject({ home }: Product, path: string): string {
  const cwd = join(home.dir, path)
  mkdirSync(cwd, { recursive: true })
  for (const [name, text] of Object.entries(FILES)) {
    writeFileSync(join(cwd, name), text)
    if (name.endsWith('.sh')) chmodSync(join(cwd, name), 0o755)
  }
  for (const pen of PENS) {
    mkdirSync(join(cwd, pen), { recursive: true })
    for (const name of SOURCES) writeFileSync(join(cwd, pen, `${name}.c`), `int ${name};\n`)
    writeFileSync(join(cwd, pen, 'barn.o'), 'ignored\n')
  }
  writeFileSync(join(cwd, '.gitignore'), '*.o\nwool/\n')
  return cwd
}

async function runJobs(product: Product): Promise<Omit<Flock['jobs'], 'make'>> {
  const cwd = writeProject(product, PROJECT)
  const drover = async (...args: string[]) => {
    const { code, stdout, stderr } = await product.drover(args, { cwd })
    if (code !== 0) throw new Error(`drover ${args.join(' ')} ended with ${code}: ${stderr}`)
    return stdout.trim()
  }
  const done = async (host: string, ...command: string[]) => {
    const id = await drover('push', '-d', '--on', host, '--', ...command)
    await product.reaches(id, 'ended')
    return id
  }
  const shorn = await done('gpu', './shear.sh')
  await done('big', 'make', '-n')
  await done('local', 'make', '-n', 'test')
  const failed = await done('gpu', './count.sh', '--all')
  await product.running(['--on', 'attic', '--', './graze.sh'], { cwd })
  const train = await product.running(['--on', 'gpu', '--', './train.sh'], { cwd })
  await product.running(['-n', '--on', 'local', '--', 'sleep 3600'], { cwd })
  await waitFor(() => drover('apps', '--on', 'big', '-r', 'Sheep'), { what: 'the apps of big', timeoutMs: 60_000 })
  await drover('favourite', 'add', 'Sheep Counter', 'Meadow Map', 'Wool Weaver')
  await drover('launch', '-d', '--app', 'Sheep Counter', '--on', 'big')
  const app = await waitFor(async () => (await product.jobs()).find(job => job.kind === 'app' && job.state === 'running'), {
    what: 'the app to run',
    timeoutMs: 30_000,
  })
  return { train, failed, shorn, app: app.id }
}

/** As the window pushes: to whichever host is best. */
async function pushWithTerminal(product: Product, command: Command): Promise<string> {
  const { job } = await product.call('job.push', {
    command,
    folder: join(product.home.dir, PROJECT),
    sync: true,
    host: 'auto',
    terminal: { columns: 120, rows: 30 },
  })
  await product.reaches(job.id, 'running')
  return job.id
}
