/** `drover export systemd`: what it writes is run by a real manager, with all that a hostile project can put into it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProduct } from '../helpers/product.ts'
import { startUserManager } from '../helpers/user-manager.ts'
import { waitFor } from '../helpers/wait.ts'

/** Each with what systemd, a shell or an unwary writer would make something else of. */
const VALUES: Readonly<Record<string, string>> = {
  PLAIN: 'one',
  QUOTES: `a "b" 'c'`,
  DOLLARS: '$HOME $$ %h %% `id`',
  SLASHES: 'back\\slash \\n end\\',
  SPACES: '  two  ',
  LINES: 'first\nsecond\n[Service]',
  HASH: '# no comment; nor this',
  WIDE: 'größe 🐑',
}

test('units that a manager runs: with the words, the variables and the folder of the project, to its end', async () => {
  const product = await startProduct()
  const { systemctl } = await startUserManager(product.env, product.home.dir)
  const folder = join(product.home.dir, 'a b %h [*] $HOME')
  mkdirSync(folder)
  const out = (name: string) => join(folder, `out-${name}`)
  const show = Object.keys(VALUES).map(name => `printf '%s\\0' "$${name}"`)
  // Percent signs, dollars and quotes, all in one line of the Procfile.
  writeFileSync(
    join(folder, 'Procfile'),
    [
      `migrate: printf '%s' "$PWD" > out-migrate`,
      `web: test -e out-migrate && { ${show.join('; ')}; } > out-web; printf '%s' "\${PORT}" > out-port; trap 'echo end > out-end; exit 0' INT; while :; do sleep 0.1; done`,
      '',
    ].join('\n'),
  )
  const yaml = Object.entries(VALUES).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}`)
  writeFileSync(
    join(folder, 'drover.yaml'),
    `processes:\n  web:\n    stop_signal: INT\n    depends_on:\n      migrate: done\n    environment:\n${yaml.join('\n')}\n`,
  )
  const { code, stdout, stderr } = await product.drover(['export', 'systemd', '--user', '--name', 'app'], { cwd: folder })
  expect([code, stderr]).toEqual([
    0,
    'To start them: systemctl --user daemon-reload && systemctl --user enable --now app.target\n',
  ])
  const units = join(product.home.dir, '.config/systemd/user')
  const written = stdout.trim().split('\n')
  expect(written.every(path => path.startsWith(`${units}/app`))).toBe(true)
  expect(readdirSync(units).toSorted()).toEqual(written.map(path => path.slice(units.length + 1)).toSorted())
  expect(statSync(join(units, 'app-web.1.env')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(units, 'app-web.1.service'), 'utf8')).not.toContain('größe')

  systemctl('daemon-reload')
  systemctl('start', 'app.target')
  await waitFor(() => existsSync(out('port')) && readFileSync(out('port'), 'utf8') !== '', { timeoutMs: 30_000, what: 'web' })
  expect(readFileSync(out('migrate'), 'utf8')).toBe(folder)
  expect(readFileSync(out('web'), 'utf8').split('\0').slice(0, -1)).toEqual(Object.values(VALUES))
  expect(readFileSync(out('port'), 'utf8')).toMatch(/^\d{4,5}$/)
  systemctl('stop', 'app.target')
  await waitFor(() => existsSync(out('end')), { timeoutMs: 30_000, what: 'web to end by its own signal' })

  const before = readFileSync(join(units, 'app-web.1.service'), 'utf8')
  writeFileSync(join(folder, 'Procfile'), 'web: true\n')
  writeFileSync(join(folder, 'drover.yaml'), '{}\n')
  expect(await product.drover(['export', 'systemd', '--user', '--name', 'app'], { cwd: folder })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--force'),
  })
  expect(readFileSync(join(units, 'app-web.1.service'), 'utf8')).toBe(before)
  expect((await product.drover(['export', 'systemd', '--user', '--name', 'app', '--force'], { cwd: folder })).code).toBe(0)
  expect(readFileSync(join(units, 'app-web.1.service'), 'utf8')).not.toBe(before)
})

test('what cannot be written is told, and nothing is', async () => {
  const product = await startProduct()
  const folder = join(product.home.dir, 'shop')
  const out = join(product.home.dir, 'units')
  mkdirSync(folder)
  writeFileSync(join(folder, 'Procfile'), 'web: exec sleep 1\n')
  const run = (...words: string[]) => product.drover(['export', 'systemd', ...words], { cwd: folder })
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('-o FOLDER') })
  expect(await product.drover(['export', 'upstart'], { cwd: folder })).toMatchObject({ code: 2 })
  expect(await run('-o', out, '--name', '../evil')).toMatchObject({ code: 1 })
  expect(await run('-o', out, join(product.home.dir, 'none'))).toMatchObject({ code: 1 })
  expect(existsSync(out)).toBe(false)
  const made = await product.json<{ files: string[]; target: string }>(['export', 'systemd', '-o', out, '-m', 'web=2'], {
    cwd: folder,
  })
  expect(made.target).toBe('shop.target')
  expect(made.files.filter(path => path.endsWith('.service'))).toEqual([
    join(out, 'shop-web.1.service'),
    join(out, 'shop-web.2.service'),
  ])
  expect(readFileSync(made.files[1] ?? '', 'utf8')).toMatch(/^User=/m)
})
