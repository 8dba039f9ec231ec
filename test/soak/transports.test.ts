/** What a transport of each kind keeps to, so often that what fails one time in a hundred is seen. */
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run, type Transport } from '../../src/main/hosts/transport.ts'
import { type Kind, local, overSsh } from '../helpers/transport-kinds.ts'

describe.each([local, overSsh('ssh2'), overSsh('openssh')])('$kind', ({ setUp }) => {
  test('500 exit codes, though our input ends with the output', async () => {
    const transport = await open(setUp)
    for (let round = 0; round < 500; round += 1)
      expect(await run(transport, 'cat; exit 3', { input: 'x' })).toMatchObject({ code: 3, signal: null })
  })

  test('1,000 short commands, eight at a time', async () => {
    const transport = await open(setUp)
    let next = 0
    const worker = async () => {
      while (next < 1000) {
        const number = next++
        expect((await run(transport, `echo ${number}`)).stdout.toString()).toBe(`${number}\n`)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
  })

  test('a gigabyte that is not read at once comes whole, and never lies in memory', async () => {
    const transport = await open(setUp)
    const before = process.memoryUsage().rss
    const channel = await transport.exec('head -c 1000000000 /dev/zero', { lane: 'stream' })
    channel.stderr.resume()
    await once(channel.stdout, 'readable')
    for (let index = 0; index < 100; index += 1) await run(transport, 'head -c 100000 /dev/zero')
    let bytes = 0
    for await (const chunk of channel.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length
      expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000)
    }
    expect(bytes).toBe(1_000_000_000)
    expect((await channel.end).code).toBe(0)
  })
})

async function open(setUp: Kind['setUp']): Promise<Transport> {
  const rig = await setUp()
  onTestFinished(() => rig.tearDown())
  const transport = await rig.open()
  onTestFinished(() => transport.close())
  return transport
}
