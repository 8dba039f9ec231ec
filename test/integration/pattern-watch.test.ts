/** Failure patterns in the output of real runs: what is found, where, and what is not. */
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PatternWatch, type Searched } from '../../src/main/supervisor/patterns/watch.ts'
import type { BrokenBy, FailurePattern } from '../../src/shared/process.ts'
import { type OutputGround, startLocalGround } from '../helpers/output-ground.ts'
import { waitFor } from '../helpers/wait.ts'

function pattern(text: string, isRegex = false): FailurePattern {
  return { id: randomUUID(), projectId: 'p', process: null, pattern: text, isRegex, action: { type: 'stop' }, source: 'person' }
}

function watch(ground: OutputGround) {
  const hits: (BrokenBy & { processId: string })[] = []
  const saved = new Map<string, Searched>()
  const errors: unknown[] = []
  const patterns = new PatternWatch({
    hub: ground.hub,
    runsOf: ground.runsOf,
    changed: (_, signal) => ground.changed(signal),
    save: (processId, searched) => saved.set(processId, searched),
    onHit: (processId, { by }) => hits.push({ processId, ...by }),
    onError: error => errors.push(error),
    now: Date.now,
  })
  onTestFinished(() => {
    patterns.close()
    expect(errors).toEqual([])
  })
  const isSearched = (processId: string, jobId: string, byte: number) =>
    waitFor(() => saved.get(processId)?.jobId === jobId && (saved.get(processId)?.byte ?? 0) >= byte, { what: 'the search' })
  return { patterns, hits, saved, isSearched }
}

const printer = (begin: string) => `${begin}; tail -n +1 -f said`
const say = (ground: OutputGround, jobId: string, text: string | Uint8Array) =>
  appendFileSync(join(ground.jobs.get(jobId).workdir ?? '', 'said'), text)

test('a pattern that comes in two pieces is found, with the lines around it and its place', async () => {
  const ground = await startLocalGround()
  const { patterns, hits, isSearched } = watch(ground)
  const id = randomUUID()
  patterns.follow({ id, searched: null }, [pattern('Échec: adresse'), pattern('never said')])
  const run = await ground.run(id, printer('for i in 1 2 3 4 5 6 7; do echo "line $i"; done; : >>said'))
  await waitFor(async () => (await ground.hub.size(run)) === 49, { what: 'the first lines' })
  const text = Buffer.from('app éCHEC: adresse prise\n')
  say(ground, run, text.subarray(0, 5))
  await waitFor(async () => (await ground.hub.size(run)) === 54, { what: 'the first piece' })
  say(ground, run, text.subarray(5))
  say(ground, run, 'after 1\nafter 2\n')
  await waitFor(() => hits.length > 0, { what: 'the hit' })
  expect(hits).toMatchObject([
    {
      processId: id,
      pattern: 'Échec: adresse',
      jobId: run,
      byte: 49,
      line: 'app éCHEC: adresse prise',
      lines: ['line 3', 'line 4', 'line 5', 'line 6', 'line 7', 'app éCHEC: adresse prise', 'after 1', 'after 2'],
    },
  ])
  say(ground, run, 'échec: adresse again\n')
  await isSearched(id, run, 49 + text.length)
  expect(hits).toHaveLength(1)
})

test('a pattern holds for what is printed after it was added, and not any more once it is taken away', async () => {
  const ground = await startLocalGround()
  const { patterns, hits, saved } = watch(ground)
  const id = randomUUID()
  const [first, second] = [pattern('first'), pattern('se+cond', true)]
  patterns.follow({ id, searched: null }, [])
  const run = await ground.run(id, printer('echo first; echo second; : >>said'))
  await waitFor(async () => (await ground.hub.size(run)) === 13, { what: 'its output' })
  patterns.follow({ id, searched: null }, [first])
  const isAt = (byte: number) => waitFor(() => (saved.get(id)?.byte ?? 0) >= byte, { what: `the search of ${byte} bytes` })
  await waitFor(
    async () => {
      say(ground, run, 'nothing\n')
      return saved.has(id)
    },
    { what: 'the search to have begun' },
  )
  expect(hits).toEqual([])
  const before = await ground.hub.size(run)
  say(ground, run, 'second is not sought yet\n')
  await isAt(before + 25)
  patterns.follow({ id, searched: null }, [first, second])
  // It is known from when it is added only where it was added: what is said a moment later is after that.
  await waitFor(
    () => {
      say(ground, run, 'x\nseeecond\n')
      return hits.length > 0
    },
    { what: 'the second' },
  )
  expect(hits.map(hit => hit.line)).toEqual(['seeecond'])
  patterns.follow({ id, searched: null }, [second])
  say(ground, run, 'first\n')
  await isAt(await ground.hub.size(run))
  expect(hits).toHaveLength(1)
})

test('what was printed while nobody searched is searched then, also of runs that have ended meanwhile, oldest first', async () => {
  const ground = await startLocalGround()
  const id = randomUUID()
  const oops = pattern('oops')
  const first = watch(ground)
  first.patterns.follow({ id, searched: null }, [oops])
  const one = await ground.run(id, printer('echo begun; : >>said'))
  await waitFor(() => first.saved.has(id), { what: 'the search' })
  first.patterns.close()
  say(ground, one, 'oops one\n')
  await waitFor(async () => (await ground.hub.size(one)) === 15, { what: 'its output' })
  const { agent } = await ground.link.ready()
  await agent.stop(one, { signal: 'KILL', graceMs: 0 })
  await ground.ended(one)
  const two = await ground.run(id, 'echo oops two')
  await ground.ended(two)
  const three = await ground.run(id, 'echo oops three; sleep 1000')
  const second = watch(ground)
  second.patterns.follow({ id, searched: first.saved.get(id) ?? null }, [oops])
  await waitFor(() => second.hits.length === 3, { what: 'all three' })
  expect(second.hits.map(({ jobId, line, byte }) => ({ jobId, line, byte }))).toEqual([
    { jobId: one, line: 'oops one', byte: 6 },
    { jobId: two, line: 'oops two', byte: 0 },
    { jobId: three, line: 'oops three', byte: 0 },
  ])
})

test('one that is in every line of a flood is told once, and the last line of it is searched too', async () => {
  const ground = await startLocalGround()
  const { patterns, hits } = watch(ground)
  const id = randomUUID()
  patterns.follow({ id, searched: null }, [pattern('y'), pattern('the end$', true), pattern('(a+)+$', true)])
  await ground.run(id, 'yes | head -c 40000000; printf "this is the end"')
  await waitFor(() => hits.length === 2, { timeoutMs: 60_000, what: 'both' })
  expect(hits.map(({ line, byte }) => [line, byte])).toEqual([
    ['y', 0],
    ['this is the end', 40_000_000],
  ])
}, 90_000)
