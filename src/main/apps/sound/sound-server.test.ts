import { expect, test } from 'vitest'
import { requireSoundServer, soundServerOf } from './sound-server.ts'

test.each([
  [{}, null],
  [{ XDG_RUNTIME_DIR: '/run/user/1' }, '/run/user/1/pulse/native'],
  [{ XDG_RUNTIME_DIR: '/run/user/1', PULSE_SERVER: '/tmp/p' }, '/tmp/p'],
  [{ PULSE_SERVER: 'unix:/tmp/p' }, '/tmp/p'],
  [{ PULSE_SERVER: '{3c5f}unix:/tmp/p tcp:here:4713' }, '/tmp/p'],
  [{ XDG_RUNTIME_DIR: '/run/user/1', PULSE_SERVER: 'tcp:192.0.2.1' }, null],
])('of %o the sound server is %s', (desktop, path) => {
  expect(soundServerOf(desktop)).toBe(path)
})

test('what is missing is named', async () => {
  await expect(requireSoundServer({})).rejects.toThrow('XDG_RUNTIME_DIR is not set')
  await expect(requireSoundServer({ PULSE_SERVER: 'tcp:x' })).rejects.toThrow('PULSE_SERVER names none of this computer')
  await expect(requireSoundServer({ XDG_RUNTIME_DIR: '/nowhere' })).rejects.toThrow('nobody answers at /nowhere/pulse/native')
})
