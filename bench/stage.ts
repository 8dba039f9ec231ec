/**
 * What a bench plays on: the built product in a home of its own, real sshd hosts on loopback, and the ssh command line its peers use.
 * Everything is ended when the bench is done, however it ends.
 */
import { openProduct, type Product } from '../test/helpers/product.ts'
import { openSshd, type Sshd } from '../test/helpers/sshd.ts'
import { waitFor } from '../test/helpers/wait.ts'

export type Stage = {
  product: Product
  hosts: readonly BenchHost[]
  /** `-F` and the config that Drover goes by as well. */
  ssh: readonly string[]
}
export type BenchHost = { name: string; sshd: Sshd }

/** Hosts are named `h1`, `h2`, …; with `isAdded` they are hosts of Drover, connected, and `h1` is where jobs go. */
export async function onStage<T>(
  options: {
    hosts: number
    isAdded?: boolean
    sshConfig?: (hosts: readonly BenchHost[]) => string
    /** Of everything that runs on the hosts. */
    hostEnv?: Record<string, string>
  },
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const closing: (() => Promise<void>)[] = []
  try {
    const hosts: BenchHost[] = []
    for (let index = 1; index <= options.hosts; index++) {
      const sshd = await openSshd(options.hostEnv && { env: options.hostEnv })
      closing.unshift(() => sshd.stop())
      hosts.push({ name: `h${index}`, sshd })
    }
    const sshConfig = (options.sshConfig ?? sshBlocks)(hosts)
    const product = await openProduct({}, { sshConfig, knownHosts: hosts.map(({ sshd }) => sshd.knownHosts()).join('') })
    closing.unshift(() => product.close())
    if (options.isAdded) await addHosts(product, hosts)
    return await work({ product, hosts, ssh: ['-F', product.home.sshConfigPath] })
  } finally {
    for (const close of closing) await close()
  }
}

/** A plain block a host: whatever more stood there would be the peer's to read at every start. */
function sshBlocks(hosts: readonly BenchHost[]): string {
  return hosts.map(({ name, sshd }) => sshBlock(name, sshd)).join('')
}

export function sshBlock(name: string, sshd: Sshd): string {
  return `Host ${name}\n  HostName ${sshd.address}\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.userKeyPath}\n`
}

async function addHosts(product: Product, hosts: readonly BenchHost[]): Promise<void> {
  for (const { name } of hosts) await succeed(product, ['host', 'add', name])
  await succeed(product, ['host', 'default', 'h1'])
  await waitFor(async () => (await product.status()).hosts.every(host => host.state === 'connected'), {
    what: 'the hosts to be connected',
    timeoutMs: 30_000,
  })
}

/** Runs `drover …`, which must succeed, and gives its output. */
export async function succeed(product: Product, args: readonly string[], options?: { cwd?: string }): Promise<string> {
  const { code, stdout, stderr } = await product.drover(args, options)
  if (code !== 0) throw new Error(`drover ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}
