import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packet, sound, values } from '../../../../test/helpers/sound-packets.ts'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { waitFor } from '../../../../test/helpers/wait.ts'
import { openGate } from './gate.ts'
import { tag } from './tag-list.ts'

const [REPLY, CREATE, AUTH] = [2, 3, 8]

/** A gate before a server that takes whoever comes, and says and reads nothing by itself. */
async function gateBefore({ idleMs = 60_000, onIdle = () => undefined as unknown } = {}) {
  const folder = temporaryFolder()
  const [listenPath, serverPath] = [join(folder, 'gate'), join(folder, 'server')]
  const taken: Socket[] = []
  const server = createServer(socket => void taken.push(socket.pause()))
  server.listen(serverPath)
  await once(server, 'listening')
  const gate = openGate({ listenPath, serverPath, host: 'box', idleMs, onIdle })
  await once(gate, 'listening')
  const clients: Socket[] = []
  onTestFinished(() => {
    for (const socket of [...clients, ...taken]) socket.destroy()
    for (const one of [gate, server] as Server[]) one.close()
  })
  const enter = async () => {
    const client = connect(listenPath)
    clients.push(client)
    client.on('error', () => undefined) // The gate may close it while it is written to.
    await once(client, 'connect')
    return client
  }
  return { taken, enter }
}

test('a host that comes too often is turned away, and let in when it has left', async () => {
  const { taken, enter } = await gateBefore()
  const clients = await Promise.all(Array.from({ length: 16 }, enter))
  await waitFor(() => taken.length === 16)
  const late = await enter()
  late.resume()
  await once(late, 'close')
  expect(taken).toHaveLength(16)
  clients[0]?.destroy()
  taken[0]?.resume()
  await waitFor(() => taken[0]?.destroyed, { what: 'the connection to end on the other side' })
  await enter()
  await waitFor(() => taken.length === 17)
})

test('a server that does not listen is not shouted at: what is on its way is bounded', async () => {
  const { taken, enter } = await gateBefore()
  const client = await enter()
  client.resume()
  client.write(packet(AUTH, 0, tag.number(35), tag.blob(Buffer.alloc(256))))
  const server = await waitFor(() => taken[0])
  server.write(packet(REPLY, 0, tag.number(35)))
  await once(client, 'data')
  const formats = values('amLtL1LLLLv111111111P1111111B').map((one, place) =>
    place === 2 ? tag.number(0) : place === 3 ? tag.text(null) : one,
  )
  client.write(packet(CREATE, 1, ...formats))
  server.write(packet(REPLY, 1, ...values('LLLLLLLamLt1Uf')))
  await once(client, 'data')
  const [piece, all] = [sound(9, Buffer.alloc(64 * 1024)), 32 * 1024 ** 2]
  let sent = 0
  const send = () => {
    do sent += piece.length
    while (sent < all && client.write(piece))
  }
  client.on('drain', () => sent < all && send())
  send()
  let [last, stills] = [-1, 0]
  await waitFor(() => {
    stills = sent === last ? stills + 1 : 0
    last = sent
    return stills === 8
  })
  expect(sent).toBeLessThan(8 * 1024 ** 2)
  server.resume()
  await waitFor(() => sent >= all, { what: 'all of it to go when it is listened to' })
})

test('what is no frame ends both sides', async () => {
  const { taken, enter } = await gateBefore()
  const client = await enter()
  client.resume()
  client.write(Buffer.alloc(100, 0xff))
  await once(client, 'close')
  taken[0]?.resume()
  await waitFor(() => taken[0]?.destroyed)
})

test('when nobody was there for so long it says so, also after somebody was', async () => {
  let idles = 0
  const { enter } = await gateBefore({ idleMs: 20, onIdle: () => idles++ })
  await waitFor(() => idles === 1)
  const client = await enter()
  client.resume()
  client.end()
  await waitFor(() => idles === 2)
})
