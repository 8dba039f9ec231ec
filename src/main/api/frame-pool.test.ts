import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrame } from '../../shared/frames.ts'
import { FramePool } from './frame-pool.ts'

test('what is framed comes out again, though frames are used for the next bytes as soon as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000), { maxLength: 8 }), fc.nat(0xffffffff), (sizes, stream) => {
      const pool = new FramePool()
      const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1))
      const received: Buffer[] = []
      for (const bytes of sent)
        pool.frame(stream, bytes, (frame, written) => {
          const decoded = decodeFrame(frame)
          expect(decoded.stream).toBe(stream)
          received.push(Buffer.from(decoded.bytes))
          written()
        })
      expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('a frame that is not written yet is not used again', () => {
  const pool = new FramePool()
  const frames: Uint8Array[] = []
  for (const byte of [1, 2, 3]) pool.frame(1, Buffer.alloc(10, byte), frame => frames.push(frame))
  expect(frames.map(frame => frame[4])).toEqual([1, 2, 3])
})
