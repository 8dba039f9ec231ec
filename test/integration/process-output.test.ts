/** What the core makes of the output of processes, here and over ssh: failure patterns, and the search of all that was printed. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startProduct } from '../helpers/product.ts'
import { projectFolder, projectOf } from '../helpers/project.ts'
import { startSshd } from '../helpers/sshd.ts'

const SERVER = 'for i in 1 2 3; do echo "line $i"; done; sleep 0.3; echo "Error: listen EADDRINUSE :::3000"; exec sleep 1000'

describe.each(['local', 'box'])('on %s', host => {
  test('a failure pattern of a file stops the process that prints it, with the lines around; a restart clears it', async () => {
    const product = await startProduct(host === 'box' ? { box: await startSshd() } : {})
    const folder = projectFolder(product.home.dir, {
      Procfile: `web: if [ -e mended ]; then echo fine; exec sleep 1000; fi; : >mended; ${SERVER}\nother: exec sleep 1000\n`,
      'failure_declarations.json': '{"web": ["error: listen eaddrinuse"]}',
    })
    await product.status()
    const project = projectOf((method, input) => product.call(method, input), folder)
    await product.call('project.up', { folder, host })
    const broken = await project.until('web.1', ({ state }) => state === 'broken', 'is broken')
    expect(broken.brokenBy).toMatchObject({
      line: 'Error: listen EADDRINUSE :::3000',
      byte: 21,
      lines: ['line 1', 'line 2', 'line 3', 'Error: listen EADDRINUSE :::3000'],
    })
    expect((await project.one('other.1')).state).toMatch(/running|ready/)
    const search = { project: folder, pattern: 'LINE', isRegex: false, limit: 2 }
    const first = await product.call('process.search', search)
    expect(first.matches).toMatchObject([
      { process: 'web.1', run: 1, byte: 0, text: 'line 1' },
      { process: 'web.1', run: 1, byte: 7, text: 'line 2' },
    ])
    const second = await product.call('process.search', { ...search, cursor: first.cursor })
    expect(second).toMatchObject({ matches: [{ byte: 14, text: 'line 3' }], silentHosts: [] })
    await product.call('process.restart', { project: folder, processes: ['web'] })
    const running = await project.until('web.1', ({ state }) => state === 'running', 'runs again')
    expect(running.brokenBy).toBeNull()
  })
})

test('a pattern that was added is sought in what comes, and one that is none is refused', async () => {
  const product = await startProduct()
  const folder = projectFolder(product.home.dir, {
    Procfile: 'web: echo panic: early; while [ ! -e go ]; do sleep 0.05; done; echo panic: late; exec sleep 1000\n',
  })
  await product.status()
  const project = projectOf((method, input) => product.call(method, input), folder)
  await product.call('project.up', { folder })
  await project.until('web.1', ({ state }) => state === 'running', 'runs')
  const add = (pattern: string) => product.call('pattern.add', { project: folder, process: 'web', pattern, isRegex: true })
  await expect(add('(?=x)')).rejects.toThrow(/not understood/)
  await expect
    .poll(async () => (await product.call('process.search', { project: folder, pattern: 'early' })).matches.length, {
      timeout: 10_000,
    })
    .toBe(1)
  await add('^panic: +(late|early)$')
  writeFileSync(`${folder}/go`, '')
  const broken = await project.until('web.1', ({ state }) => state === 'broken', 'is broken')
  expect(broken.brokenBy?.line).toBe('panic: late')
})
