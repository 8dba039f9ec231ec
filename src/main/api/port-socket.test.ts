import { expect, test } from 'vitest'
import { type Port, PortSocket } from './port-socket.ts'

/** A port whose other end is the test. */
function ground() {
  const posted: unknown[] = []
  let onMessage: (event: { data: unknown }) => void = () => undefined
  let onClose: () => void = () => undefined
  let isClosed = false
  const port = {
    on: (event: string, listener: never) => {
      if (event === 'message') onMessage = listener
      else onClose = listener
    },
    start: () => undefined,
    postMessage: (message: unknown) => void posted.push(message),
    close: () => {
      isClosed = true
    },
  } as Port
  const socket = new PortSocket(port)
  const read: string[] = []
  let ends = 0
  socket.on('message', (data, isBinary) => read.push(`${isBinary ? 'bytes' : 'text'} ${data}`))
  socket.on('close', () => ends++)
  return {
    socket,
    posted,
    read,
    say: (data: unknown) => onMessage({ data }),
    goes: () => onClose(),
    isClosed: () => isClosed,
    ends: () => ends,
  }
}

test('texts and bytes come as they were sent', () => {
  const { socket, posted, read, say } = ground()
  say('grüß')
  say(new Uint8Array([0, 104, 105]).subarray(1))
  expect(read).toEqual(['text grüß', 'bytes hi'])
  socket.send('text', () => undefined)
  const buffer = Buffer.from('a frame of a pool')
  socket.send(buffer.subarray(2, 7), () => undefined)
  expect(posted[0]).toBe('text')
  const frame = posted[1] as Uint8Array
  expect([Buffer.from(frame).toString(), frame.buffer.byteLength]).toEqual(['frame', 5])
})

test('what was sent is buffered until the page took it, in order and whole', () => {
  const { socket, say } = ground()
  const written: string[] = []
  socket.send('x'.repeat(100), () => written.push('first'))
  socket.send(new Uint8Array(50), () => written.push('second'))
  expect(socket.bufferedAmount).toBe(150)
  say({ took: 99 })
  expect([written, socket.bufferedAmount]).toEqual([[], 51])
  say({ took: 1 })
  expect([written, socket.bufferedAmount]).toEqual([['first'], 50])
  say({ took: 50 })
  expect([written, socket.bufferedAmount]).toEqual([['first', 'second'], 0])
})

test('while it is paused messages wait, in order, and it may be paused again between them', () => {
  const { socket, read, say } = ground()
  socket.pause()
  for (const text of ['a', 'b', 'c']) say(text)
  expect(read).toEqual([])
  socket.once('message', () => socket.pause())
  socket.resume()
  expect(read).toEqual(['text a'])
  say('d')
  socket.resume()
  expect(read).toEqual(['text a', 'text b', 'text c', 'text d'])
})

test.each<[string, unknown, number]>([
  ['more taken than was sent', { took: 5 }, 1008],
  ['nothing taken', { took: 0 }, 1008],
  ['half a byte taken', { took: 0.5 }, 1008],
  ['a number', 5, 1008],
  ['nothing', null, 1008],
  ['an end that only we may say', { close: { code: 1000, reason: '' } }, 1008],
  ['a text that is too long', 'x'.repeat(1024 * 1024 + 1), 1009],
  ['a frame that is too long', new Uint8Array(1024 * 1024 + 1), 1009],
])('%s ends it, and that is said last', (_, message, code) => {
  const { socket, posted, read, say, isClosed, ends } = ground()
  socket.send('1234', () => undefined)
  say(message)
  expect(posted.at(-1)).toEqual({ close: { code, reason: expect.stringMatching(/./) } })
  expect([isClosed(), ends(), socket.readyState === socket.OPEN]).toEqual([true, 1, false])
  say('too late')
  socket.send('too late', () => undefined)
  expect([read, posted.length]).toEqual([[], 2])
})

test('a page that floods while nobody reads is let go', () => {
  const { socket, posted, say } = ground()
  socket.pause()
  for (let count = 0; count < 17; count++) say('x'.repeat(1024 * 1024))
  expect(posted).toEqual([{ close: { code: 1008, reason: expect.stringContaining('too many') } }])
})

test('a page that goes ends it once; so do we, with or without a farewell', () => {
  const gone = ground()
  gone.goes()
  gone.goes()
  gone.socket.terminate()
  expect([gone.ends(), gone.posted]).toEqual([1, []])
  const left = ground()
  left.socket.close(1001, 'the core is closing')
  expect([left.posted, left.isClosed(), left.ends()]).toEqual([
    [{ close: { code: 1001, reason: 'the core is closing' } }],
    true,
    1,
  ])
  const cut = ground()
  cut.socket.terminate()
  expect([cut.posted, cut.isClosed(), cut.ends()]).toEqual([[], true, 1])
})
