import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { hostSample } from '../../../test/helpers/host-sample.ts'
import { type PrometheusFacts, prometheusText } from './prometheus.ts'

const FULL = hostSample(1, {
  cpuRatio: 0.25,
  cpuPressureRatio: 0.5,
  memoryPressureRatio: 0,
  ioPressureRatio: 1,
  networkInBytesPerS: 1234.5,
  networkOutBytesPerS: 1e-9,
  diskReadBytesPerS: 1e22,
  diskWriteBytesPerS: 0,
  diskTotalBytes: 100,
  diskFreeBytes: 50,
})
const FACTS: PrometheusFacts = {
  version: '0.1.0',
  startedAt: 1_760_000_000_500,
  hosts: [
    { name: 'box', isConnected: true, cpus: 4, runningJobs: 1, sample: FULL },
    { name: 'gone', isConnected: false, cpus: null, runningJobs: 0, sample: null },
  ],
  jobs: [
    { id: 'aa', host: 'box', kind: 'push', state: 'running', cpuMs: 1500, memoryBytes: 2048 },
    { id: 'ab', host: null, kind: 'push', state: 'queued', cpuMs: null, memoryBytes: null },
  ],
}
const HOSTILE = 'a"b\\c\nd{x="1"} 9\n# HELP evil'

/** What promtool has to say against it. */
function complaints(text: string): string {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  if (error) throw new Error('promtool is not installed: apt-get install prometheus', { cause: error })
  return `${status === 0 ? '' : `exit ${status}\n`}${stdout}${stderr}`
}

test('promtool has nothing to say against it, full, empty, or with names made to break it', () => {
  expect(complaints(prometheusText(FACTS))).toBe('')
  expect(complaints(prometheusText({ ...FACTS, hosts: [], jobs: [] }))).toBe('')
  const [host] = FACTS.hosts
  const hostile = host ? { ...FACTS, hosts: [{ ...host, name: HOSTILE }] } : FACTS
  expect(complaints(prometheusText(hostile))).toBe('')
  expect(prometheusText(hostile)).toContain('drover_host_up{host="a\\"b\\\\c\\nd{x=\\"1\\"} 9\\n# HELP evil"} 1\n')
  expect(complaints('drover_up{host="a"b"} 1\n')).not.toBe('')
})

test('each figure has its line, and what is not known has none', () => {
  const lines = prometheusText(FACTS).split('\n')
  for (const line of [
    'drover_build_info{version="0.1.0"} 1',
    'drover_core_start_time_seconds 1760000000.5',
    'drover_host_up{host="box"} 1',
    'drover_host_up{host="gone"} 0',
    'drover_host_cpu_busy_ratio{host="box"} 0.25',
    'drover_host_pressure_ratio{host="box",resource="io"} 1',
    'drover_host_network_bytes_per_second{host="box",direction="in"} 1234.5',
    'drover_job_cpu_seconds_total{job_id="aa",host="box",kind="push"} 1.5',
    'drover_job_info{job_id="ab",host="",kind="push",state="queued"} 1',
  ]) {
    expect(lines).toContain(line)
  }
  expect(lines.filter(line => line.includes('gone'))).toHaveLength(2)
})
