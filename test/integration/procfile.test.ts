/** Procfiles and formations, against foreman itself; overmind by its rules, since no Debian package brings it. And docs/procfile.md, held. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keysAt } from '../../src/main/config/schema-fields.ts'
import { parseProcfile } from '../../src/main/supervisor/project/procfile.ts'
import { loadProject } from '../../src/main/supervisor/project/project.ts'
import { ProjectFields } from '../../src/main/supervisor/project/project-schema.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/procfile.md'), 'utf8')

type Entry = [name: string, command: string]

/** What each of the texts is to foreman; null for one that it refuses. */
function byForeman(texts: readonly string[]): (Entry[] | null)[] {
  const script = `
    require "json"; require "tempfile"; require "foreman/procfile"
    puts JSON.parse(STDIN.read).map { |text|
      file = Tempfile.new; file.binmode; file.write(text); file.close
      begin
        entries = []; Foreman::Procfile.new(file.path).entries { |name, command| entries << [name, command] }; entries
      rescue Foreman::Procfile::EmptyFileError
        nil
      end
    }.to_json`
  return JSON.parse(ruby(script, JSON.stringify(texts)))
}

function ruby(script: string, input: string): string {
  try {
    return execFileSync('ruby', ['-Ku', '-EUTF-8:UTF-8', '-e', script], { input, encoding: 'utf8' })
  } catch (cause) {
    throw new Error('foreman could not be asked: apt-get install ruby-foreman', { cause })
  }
}

/** https://github.com/DarthSim/overmind/blob/master/start/procfile.go, where \s and \w are those of Go: ASCII alone. */
function byOvermind(text: string): Entry[] | null {
  const matches = text.split(/\r?\n/).map(line => /^([A-Za-z0-9_-]+):[\t\n\f\r ]+([^\n]+)$/.exec(line))
  const entries = matches.flatMap((match): Entry[] => (match ? [[match[1] ?? '', match[2] ?? '']] : []))
  const isUnique = new Set(entries.map(([name]) => name)).size === entries.length
  return entries.length > 0 && isUnique ? entries : null
}

test('each row of the dialects says what Drover, foreman and overmind make of it', () => {
  const rows = page
    .split('\n')
    .filter(line => /^\| `.*(refuses|runs|passes)/.test(line))
    .map(line => line.split('|').map(cell => cell.trim()))
    .map(([, written = '', drover, foreman, overmind]) => ({ written, drover, foreman, overmind }))
  const texts = rows.map(({ written }) => `other: a\n${written.slice(1, -1).replaceAll(' ⏎ ', '\n').replaceAll('⇥', '\t')}\n`)
  const foreman = byForeman(texts)
  const told = (entries: Entry[] | null) =>
    entries === null ? 'refuses the file' : ['passes over it', 'runs', 'runs both'][entries.length - 1]
  const found = texts.map((text, index) => {
    const { processes, problems } = parseProcfile(Buffer.from(text))
    const isRefused = problems.some(({ severity }) => severity === 'error')
    const ours = told(isRefused ? null : processes.map(({ name, command }) => [name, command]))
    return {
      written: rows[index]?.written,
      drover: problems.length > 0 && !isRefused ? `${ours}, and warns` : ours,
      foreman: told(foreman[index] ?? null),
      overmind: told(byOvermind(text)),
    }
  })
  expect(rows.length).toBeGreaterThan(15)
  expect(found).toEqual(rows)
})

test('whatever foreman or overmind runs is run as they run it, or is an error', () => {
  const scrap = fc.constantFrom(
    ...[
      'web',
      'a-b_',
      'C',
      ':',
      ': ',
      ':\t',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\t',
      '\v',
      '#',
      'é',
      '🦊',
      '=',
      '$PORT',
      'web: a\n',
      'db:b\n',
    ],
  )
  const texts = fc.sample(fc.array(scrap, { maxLength: 14 }), 3_000).map(parts => parts.join(''))
  const [foreman, all] = [byForeman(texts), texts.map(text => parseProcfile(Buffer.from(text)))]
  let sound = 0
  for (const [index, { processes, problems }] of all.entries()) {
    const [text = '', entries] = [texts[index], processes.map(({ name, command }): Entry => [name, command])]
    const isSound = problems.every(({ severity }) => severity === 'warning')
    if (isSound) {
      sound++
      expect(entries, JSON.stringify(text)).toEqual(foreman[index])
      const isSame = problems.every(({ message }) => !message.includes('overmind'))
      // A vertical tab is a blank to Ruby and none to Go.
      if (isSame && !text.includes('\v')) expect(entries, JSON.stringify(text)).toEqual(byOvermind(text))
    } else {
      for (const entry of entries) expect(foreman[index], JSON.stringify(text)).toContainEqual(entry)
    }
  }
  expect(sound).toBeGreaterThan(100)
})

test('formations make the instances and ports that foreman makes', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'Procfile'), 'web: a\nworker: b\ndb: c\n')
  const script = `
    require "json"; require "foreman/engine"
    puts JSON.parse(STDIN.read).map { |formation|
      engine = Foreman::Engine.new({ formation: formation, port: "3000" }.compact).load_procfile(ARGV[0])
      engine.process_names.flat_map { |name| (1..engine.formation[name]).map { |n| ["#{name}.#{n}", engine.port_for(engine.process(name), n)] } }
    }.to_json`.replace('ARGV[0]', JSON.stringify(join(folder, 'Procfile')))
  const formations = [null, 'all=2', 'web=2', 'web=2,worker=1', 'web=0,db=3', 'all=1,db=0', ' web = 2 , db=1']
  const theirs: [string, number][][] = JSON.parse(ruby(script, JSON.stringify(formations)))
  for (const [index, formation] of formations.entries()) {
    // What a formation does not name runs once here, and not at all there.
    const ours = formation === null || formation.includes('all') ? (formation ?? '') : `all=0,${formation}`
    const { project } = await loadProject(folder, { formation: ours, port: 3000 })
    expect(project?.instances.map(({ label, port }) => [label, port])).toEqual(theirs[index])
  }
})

describe('the page', () => {
  const blocks = (language: string) =>
    page
      .split(`\`\`\`${language}\n`)
      .map(part => part.split('```')[0] ?? '')
      .slice(1)
  const load = (files: Record<string, string | undefined>) => {
    const folder = temporaryFolder()
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text ?? '')
    return loadProject(folder)
  }

  test('shows files that are sound together', async () => {
    const files = {
      Procfile: blocks('procfile')[0],
      'drover.yaml': blocks('yaml')[1],
      'failure_declarations.json': blocks('json')[0],
    }
    const { project, problems } = await load(files)
    expect(problems).toEqual([])
    expect(project?.instances.map(({ label }) => label)).toEqual(['web.1', 'worker.1', 'worker.2', 'db.1', 'migrate.1'])
    expect(project?.instances[0]?.environment.PUBLIC_URL).toBe('http://localhost:3000')
  })

  test('shows the values that hold if nothing is said', async () => {
    const [said, unsaid] = [
      await load({ Procfile: 'web: a', 'drover.yaml': blocks('yaml')[0] }),
      await load({ Procfile: 'web: a' }),
    ]
    expect(said.problems).toEqual([])
    expect(said.project?.instances).toEqual(unsaid.project?.instances)
  })

  test('names every key, and in the file of all values every key that has one', () => {
    const [values = '', example = ''] = blocks('yaml')
    const places = [
      [],
      ['processes', 'web'],
      ['processes', 'web', 'ready'],
      ['processes', 'web', 'backoff'],
      ['failure_patterns', 0],
    ]
    const keys = places.flatMap(path => keysAt(ProjectFields, path))
    expect(keys.length).toBeGreaterThan(30)
    expect(keys.filter(key => !example.includes(`${key}:`))).toEqual([])
    const withoutValue = ['port', 'ready', 'working_directory', 'when_it_ends']
    const valued = [...keysAt(ProjectFields, []), ...keysAt(ProjectFields, ['processes', 'web'])]
    expect(valued.filter(key => !values.includes(`${key}:`))).toEqual(withoutValue)
  })
})
