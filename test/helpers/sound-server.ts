/**
 * A computer's sound for a test: PulseAudio as a daemon of its own, with a sink that is heard by nobody but the test, and with a
 * "microphone" into which a tone sounds without end, so that whoever could listen to it would hear something.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isAlive } from './processes.ts'
import { waitFor } from './wait.ts'

export type SoundServer = {
  /** Where programs find it: below XDG_RUNTIME_DIR the usual place. */
  readonly socketPath: string
  /** `pactl …` of this computer. */
  pactl(...args: string[]): Promise<string>
  /** Waits until a tone of so many hertz comes out of the sink. */
  hears(hertz: number): Promise<void>
  /** Waits until nothing comes out of it. */
  isSilent(): Promise<void>
  /** kill -9 of it. */
  kill(): Promise<void>
}

const RATE = 48_000
/** A tenth of a second: what is looked at. */
const WINDOW = RATE / 10

/** @throws {Error} naming the package that is missing. */
export async function openSoundServer(runtimeDir: string): Promise<SoundServer> {
  for (const [program, name] of [['pulseaudio', 'pulseaudio'] as const, ['pactl', 'pulseaudio-utils'] as const])
    if (!existsSync(`/usr/bin/${program}`))
      throw new Error(`${program} is not installed: scripts/setup-debian.sh installs the package ${name}`)
  const folder = join(runtimeDir, 'pulse')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const socketPath = join(folder, 'native')
  const env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: runtimeDir, PULSE_SERVER: `unix:${socketPath}` }
  const modules = [
    `module-native-protocol-unix socket=${socketPath}`,
    'module-null-sink sink_name=speakers',
    'module-sine-source',
  ]
  const own = ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--log-level=error']
  const children: ChildProcess[] = []
  const begin = (program: string, args: string[]) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
    children.push(child)
    return child
  }
  const endWithUs = () => children.forEach(child => void child.kill('SIGKILL'))
  process.once('exit', endWithUs)
  begin('/usr/bin/pulseaudio', [...own, ...modules.flatMap(module => ['-L', module])])
  const pactl = async (...args: string[]) => (await promisify(execFile)('pactl', args, { env })).stdout
  await waitFor(() => pactl('info'), { what: 'PulseAudio' })

  let heard: Buffer = Buffer.alloc(0)
  const format = [`--rate=${RATE}`, '--channels=1', '--format=s16le', '--latency-msec=50']
  begin('parec', ['--device=speakers.monitor', ...format]).stdout?.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]).subarray(-2 * WINDOW)
  })
  await waitFor(() => heard.length === 2 * WINDOW, { what: 'the monitor of the sink' })
  /** Only what sounds from now on. */
  const isNow = async (is: (samples: Int16Array) => boolean, what: string) => {
    heard = Buffer.alloc(0)
    await waitFor(() => heard.length === 2 * WINDOW && is(samplesOf(heard)), { timeoutMs: 15_000, what })
  }
  return {
    socketPath,
    pactl,
    hears: hertz => isNow(samples => purity(samples, hertz) > 0.8, `a tone of ${hertz} Hz`),
    isSilent: () => isNow(samples => samples.every(sample => sample === 0), 'silence'),
    kill: async () => {
      process.off('exit', endWithUs)
      endWithUs()
      await waitFor(() => !children.some(({ pid }) => pid !== undefined && isAlive(pid)), { what: 'PulseAudio to be gone' })
    },
  }
}

/** A tone as raw samples: 16 bits, one channel, 48,000 a second. */
export function toneOf(hertz: number, seconds: number): Buffer {
  const samples = Int16Array.from({ length: RATE * seconds }, (_, at) => 12_000 * Math.sin((2 * Math.PI * hertz * at) / RATE))
  return Buffer.from(samples.buffer)
}

function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at))
}

/** How much of the sound is of this pitch: 1 for nothing else, 0 as well for silence. */
function purity(samples: Int16Array, hertz: number): number {
  let [real, imaginary, energy] = [0, 0, 0]
  for (const [at, sample] of samples.entries()) {
    const angle = (2 * Math.PI * hertz * at) / RATE
    real += sample * Math.cos(angle)
    imaginary += sample * Math.sin(angle)
    energy += sample * sample
  }
  return energy < samples.length ? 0 : (2 * (real * real + imaginary * imaginary)) / (samples.length * energy)
}
