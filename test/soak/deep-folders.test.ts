/** Folders so deep that their paths come near the longest a system takes, or go beyond it: they arrive whole, or it is told what cannot. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd, type SshdOptions } from '../helpers/sshd.ts'

/** PATH_MAX, without the NUL. */
const LONGEST_PATH = 4095
const LISTING = `find . -mindepth 1 -printf '%y %m %s %P\\n' | LC_ALL=C sort | md5sum; find . -type f -execdir cat {} + | sort -n | md5sum`

const ways: { by: string; options: SshdOptions }[] = [
  { by: 'rsync', options: {} },
  { by: 'tar', options: { toolsWithout: ['rsync'] } },
]

describe.each(ways)('by $by', ({ options }) => {
  let box: Sshd
  let product: Product
  beforeAll(async () => {
    box = await openSshd(options)
    product = await openProduct({ box })
  })
  afterAll(async () => {
    // Beyond the longest path Node removes nothing; rm goes down step by step.
    execFileSync('rm', ['-rf', join(product.home.dir, 'far'), join(product.home.dir, 'near')])
    await product.close()
    await box.stop()
  })

  const push = (folder: string, on: string) => product.drover(['push', '--on', on, '--', LISTING], { cwd: folder })

  test('500 levels arrive whole', async () => {
    const folder = makeDeep('deep', { levels: 500, name: 'level-' })
    const listing = execFileSync('sh', ['-c', LISTING], { cwd: folder, encoding: 'utf8' })
    expect(await push(folder, 'box')).toEqual({ code: 0, stdout: listing, stderr: '' })
    expect(await push(folder, 'box')).toMatchObject({ code: 0, stdout: listing })
    expect(await push(folder, 'local')).toMatchObject({ code: 0, stdout: listing })
  })

  test('a path that is too long for any call is told, shortly, and nothing is pushed', async () => {
    const folder = makeDeep('far', { levels: 500, name: 'much-deeper-' })
    for (const on of ['box', 'local']) {
      const { code, stdout, stderr } = await push(folder, on)
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' })
      // Whether a file or a folder is the first one too long hangs on how long our home's path is.
      expect(stderr).toMatch(/Nothing was pushed from .*far: the path of much-deeper-\/.*….*\/much-deeper-(\/file)? is too long/)
      expect(stderr.length).toBeLessThan(600)
    }
  })

  test('a path that only over there is too long is told so', async () => {
    const name = 'n'.repeat(200)
    const left = LONGEST_PATH - join(product.home.dir, 'near').length
    const folder = makeDeep('near', { levels: Math.floor(left / (name.length + 1)), name })
    const there = await push(folder, 'box')
    expect({ code: there.code, stdout: there.stdout }).toEqual({ code: 125, stdout: '' })
    expect(there.stderr).toMatch(/box.*File name too long/)
    expect(there.stderr.length).toBeLessThan(700)
    const here = await push(folder, 'local')
    expect(here.code).toBe(125)
    expect(here.stderr).toMatch(/No copy could be made in .*: the path of something in the folder is too long/)
  })

  /** Step by step, as no call takes the whole path. */
  function makeDeep(top: string, { levels, name }: { levels: number; name: string }): string {
    const folder = join(product.home.dir, top)
    execFileSync('rm', ['-rf', folder])
    mkdirSync(folder)
    const step = `mkdir ${name}; cd -P ./${name}; echo $i >file; i=$((i + 1))`
    execFileSync('sh', ['-c', `i=0; while [ $i -lt ${levels} ]; do ${step}; done`], { cwd: folder })
    return folder
  }
})
