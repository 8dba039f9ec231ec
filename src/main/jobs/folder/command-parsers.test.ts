import { expect, test } from 'vitest'
import { cargoCommands, justRecipes, makeTargets, packageScripts, pythonCommands } from './command-parsers.ts'

test('the scripts of a package.json, by its runner', () => {
  const text = JSON.stringify({ scripts: { test: 'x', 'build:web': 'y', postinstall: 'rm -rf ~', start: 'z' } })
  expect(packageScripts(text, 'npm')).toEqual(['npm test', 'npm run build:web', 'npm start'])
  expect(packageScripts(text, 'pnpm')[1]).toBe('pnpm run build:web')
})

test('names that could be more than a word are left out', () => {
  const scripts = { '; rm -rf ~': '', '-x': '', 'a b': '', 'a$(id)': '', ['x'.repeat(100)]: '', 'a\u202eb': '', ok: '' }
  expect(packageScripts(JSON.stringify({ scripts }), 'npm')).toEqual(['npm run ok'])
  expect(makeTargets('$(shell id):\n\techo\nok: a b\n`id`: x\n')).toEqual(['make', 'make ok'])
})

test.each(['', '{', 'null', '[]', '{"scripts": 1}', '{"scripts": ["a"]}', '{"scripts": null}'])(
  'a package.json that is %j offers nothing',
  text => {
    expect(packageScripts(text, 'npm')).toEqual([])
  },
)

test('targets of a Makefile, not its variables, patterns, recipes and special targets', () => {
  const text = ['CC := gcc', 'X = a:b', '.PHONY: all', 'all test: build', '%.o: %.c', '\tcc: x', 'build:: y', 'out/a.o: a.c']
  expect(makeTargets(text.join('\n'))).toEqual(['make', 'make all', 'make test', 'make out/a.o'])
  expect(makeTargets('# nothing\n')).toEqual([])
})

test('recipes of a justfile', () => {
  expect(justRecipes('set shell := ["sh"]\nx := "1"\n@build arg="1": dep\n  echo\ntest:\n')).toEqual(['just test'])
})

test('what one runs in a crate, and in a workspace without one', () => {
  expect(cargoCommands('[package]\nname = "x"')).toContain('cargo run --release')
  expect(cargoCommands('[workspace]\nmembers = []')).toEqual(['cargo test', 'cargo build --release'])
  expect(cargoCommands('nothing')).toEqual([])
})

test('the scripts of a pyproject.toml, and its tests', () => {
  expect(pythonCommands('[project.scripts]\nserve = "a:b"\n"bad name" = "x"\n[tool.pytest.ini_options]\nx = 1')).toEqual([
    'serve',
    'pytest',
  ])
  expect(pythonCommands('[tool.poetry]\n[tool.poetry.scripts]\nserve = "a:b"')).toEqual(['poetry run serve'])
})

test('a line without end costs no time', () => {
  const line = 'a '.repeat(500_000)
  expect(makeTargets(line)).toEqual([])
  expect(justRecipes(line)).toEqual([])
  expect(pythonCommands(line)).toEqual([])
})
