/** `drover unlock KEY`: opens an encrypted private key for the core. */

import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import { canAsk } from '../ask.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { absolutePath } from '../folder.ts'
import { unlockKey } from '../keys.ts'

const MAX_PASSPHRASE_BYTES = 10_000

export async function run(cli: Cli, args: Args): Promise<number> {
  const keyPath = absolutePath(args.required('KEY'))
  if (args.has('stdin')) await cli.call('host.unlock', { keyPath, passphrase: await firstLine(cli) })
  else if (canAsk(cli)) await unlockKey(cli, keyPath)
  else
    throw new UsageError(
      'There is no terminal to ask for the passphrase on',
      'To hand it over by a pipe: drover unlock --stdin KEY',
    )
  if (cli.out.isJson) cli.out.json({ unlocked: keyPath })
  else cli.out.line(`Open until the core ends: ${visible(keyPath)}`)
  return 0
}

async function firstLine(cli: Cli): Promise<string> {
  let text = ''
  for await (const chunk of cli.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.includes('\n') || text.length > MAX_PASSPHRASE_BYTES) break
  }
  return (text.split('\n', 1)[0] ?? '').replace(/\r$/, '')
}
