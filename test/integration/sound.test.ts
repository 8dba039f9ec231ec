/** Sound of apps on hosts: heard here where it is switched on, and nothing but heard. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DisplayRecords } from '../../src/main/apps/display-records.ts'
import { type LaunchStage, openLaunchStage } from '../helpers/launch-stage.ts'
import { isAlive, signalAll } from '../helpers/processes.ts'
import { openSoundServer, type SoundServer, toneOf } from '../helpers/sound-server.ts'
import { waitFor } from '../helpers/wait.ts'

let stage: LaunchStage
let server: SoundServer

beforeAll(async () => {
  stage = await openLaunchStage()
  server = await openSoundServer(join(stage.product.home.dir, 'run'))
  writeFileSync(join(stage.box.home, 'tone'), toneOf(1000, 1))
})

afterAll(async () => {
  await server.kill()
  await stage.close()
})

const onBox = (line: string) => stage.product.drover(['launch', '--on', 'box', '--', 'sh', '-c', line])
const gates = () =>
  new DisplayRecords(join(stage.product.home.dir, '.local/share/drover/display')).list().filter(({ kind }) => kind === 'gate')
const setSound = (word: 'on' | 'off') => stage.product.drover(['host', 'sound', 'box', word])

/** All that a program could have changed here. */
async function settings(): Promise<string[]> {
  const all = await Promise.all(['modules', 'sinks', 'sources', 'sink-inputs'].map(kind => server.pactl('list', kind)))
  return all
    .join('\n')
    .split('\n')
    .filter(line => /#|Name|Argument|Sink:|Volume|Mute|State|Monitor/.test(line))
}

/** Begins an app that plays the tone again and again, and gives its job. */
async function playing(): Promise<string> {
  const play =
    'while :; do cat ~/tone; done | pacat --raw --rate=48000 --channels=1 --latency-msec=100 --client-name=Fiddle; sleep 600'
  const id = (await stage.product.drover(['launch', '-d', '--on', 'box', play])).stdout.trim()
  await server.hears(1000)
  return id
}

test('sound is off by itself: an app is told of no sound server, and none is forwarded', async () => {
  expect(await onBox('echo "[$PULSE_SERVER]"')).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' })
  expect(gates()).toEqual([])
  expect(await stage.product.drover(['host', 'sound', 'box'])).toMatchObject({ code: 0, stdout: 'off\n' })
})

test('switched on, which says what it gives, an app is heard here, by the name of its host', async () => {
  const on = await setSound('on')
  expect(on).toMatchObject({ code: 0, stdout: expect.stringContaining('cannot record, nor change anything here') })
  expect(readFileSync(join(stage.product.home.dir, '.config/drover/config.yaml'), 'utf8')).toContain('sound: true')
  const id = await playing()
  expect(await server.pactl('list', 'sink-inputs')).toContain('application.name = "Fiddle (box)"')
  const [gate] = gates()
  expect(statSync(gate?.kind === 'gate' ? gate.socketPath : '').mode & 0o777).toBe(0o600)
  expect(await stage.product.drover(['stop', id])).toMatchObject({ code: 0 })
  await server.isSilent()
})

test('it can only be heard: whatever else it asks of the sound here is refused, and nothing is recorded', async () => {
  const other = (await server.pactl('load-module', 'module-loopback', 'source=sine_input', 'sink=speakers')).trim()
  const [line = ''] = (await server.pactl('list', 'short', 'sink-inputs')).split('\n')
  const [input] = line.split('\t')
  const before = await settings()
  const asked = [
    ...['load-module module-null-sink', 'unload-module 0', 'list clients', 'list modules', 'list sink-inputs', 'stat'],
    ...[`set-sink-input-mute ${input} 1`, `set-sink-input-volume ${input} 10%`, `move-sink-input ${input} speakers`],
    ...['set-sink-volume speakers 1%', 'set-sink-mute drover 1', 'set-default-sink speakers', 'suspend-sink speakers 1'],
    ...['set-source-mute sine_input 1', 'set-default-source sine_input', 'upload-sample ~/tone x', 'exit'],
  ]
  const words = asked.map(one => `pactl ${one} >/dev/null 2>&1; echo $?`)
  const record = ['', '--device=sine_input', '--device=speakers.monitor', '--device=@DEFAULT_MONITOR@', '--monitor-stream=0']
  const recorded = record.map(one => `timeout 5 parec ${one} 2>/dev/null | wc -c`)
  const { stdout, stderr } = await onBox([...words, ...recorded, 'pactl list sources; pactl list cards; pactl info'].join('; '))
  expect(stderr).toBe('')
  const lines = stdout.split('\n')
  expect(lines.slice(0, asked.length)).toEqual(asked.map(() => '1'))
  expect(lines.slice(asked.length, asked.length + record.length)).toEqual(record.map(() => '0'))
  expect(stdout).not.toMatch(/speakers|sine|monitor|User Name: \S|Host Name: \S/)
  expect(await settings()).toEqual(before)
  await server.pactl('unload-module', other)
})

test('the core and the gate are killed: apps live on, what plays needs no core, and the next launch is heard', async () => {
  const { product } = stage
  const first = await playing()
  await product.killCore()
  await server.hears(1000)
  signalAll([gates()[0]?.mark.pid ?? 0], 'SIGKILL')
  await server.isSilent()
  const second = await playing()
  expect(gates()).toHaveLength(1)
  expect(await product.job(first)).toMatchObject({ state: 'running' })
  const { mark } = gates()[0] ?? expect.fail('there is no gate')
  // Off is off at once, for what runs too.
  expect(await setSound('off')).toMatchObject({ code: 0, stdout: 'Nothing from box is heard here\n' })
  await server.isSilent()
  await waitFor(() => !isAlive(mark.pid) && gates().length === 0, { what: 'the gate to be ended' })
  expect(await product.job(second)).toMatchObject({ state: 'running' })
  expect(await product.drover(['stop', first, second])).toMatchObject({ code: 0 })
})

test('where nobody plays sound here an app runs without, and the launch says so', async () => {
  await setSound('on')
  await server.kill()
  const end = await onBox('echo "[$PULSE_SERVER]"')
  expect(end).toMatchObject({ code: 0, stdout: '[]\n' })
  expect(end.stderr).toMatch(/^\[runs without sound: no PulseAudio or PipeWire here: nobody answers at .*\]\n$/)
  expect(existsSync(server.socketPath)).toBe(true)
})
