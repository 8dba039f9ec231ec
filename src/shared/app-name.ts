/** What a command is called in rules and in the history of apps: `/usr/bin/firefox-esr https://…` is `firefox`. Pure. */
import type { Command } from './domain.ts'

/** Endings by which one program comes under several names. Not every hyphen: gnome-terminal is not gnome-calculator. */
const SUFFIXES = /-(?:esr|stable|bin)$/
/** `KEY=value` before the program, which may stand in quotes. What a shell would make of more than that is not guessed. */
const FIRST_WORD = /^\s*(?:[A-Za-z_][A-Za-z0-9_]*=[^\s'"]*\s+)*(?:'([^']*)'|"([^"]*)"|([^\s;&|()<>]+))/
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/
/** Words the shell gives on as they are. */
const PLAIN_WORDS = /^[A-Za-z0-9_./:@%+,=-]+(?:[ \t]+[A-Za-z0-9_./:@%+,=-]+)*$/

/** The first word's last part, less a listed ending; empty for a line that begins with no plain word. */
export function appName(command: Command): string {
  return bareName(programName(command))
}

/** The same with its ending. */
export function programName(command: Command): string {
  return baseName('argv' in command ? (command.argv[0] ?? '') : firstWord(command.line))
}

/**
 * Every name by which a rule may mean the command: its own; and, of one that only runs another as the entries of desktops do
 * (`env A=b firefox`, `flatpak run … org.gimp.GIMP`), those of the other.
 */
export function ruleNames(command: Command): string[] {
  const own = programName(command)
  const inner = own === 'env' ? afterEnv(wordsOf(command)) : own === 'flatpak' ? afterFlatpak(wordsOf(command)) : []
  return [...new Set([own, ...inner].flatMap(name => [bareName(name), name]))]
}

/** The name for a new rule of it: of what really runs. */
export function ruleNameOf(command: Command): string {
  const names = ruleNames(command)
  const own = bareName(programName(command))
  return names.find(name => !['env', 'flatpak'].includes(name)) ?? own
}

function afterEnv(words: readonly string[]): string[] {
  const program = words.slice(1).find(word => !ASSIGNMENT.test(word) && !word.startsWith('-'))
  return program === undefined ? [] : [baseName(program)]
}

/** `flatpak run [OPTION…] ID [ARGUMENT…]` */
function afterFlatpak([, verb, ...words]: readonly string[]): string[] {
  if (verb !== 'run') return []
  const at = words.findIndex(word => !word.startsWith('-'))
  const options = at < 0 ? words : words.slice(0, at)
  const command = options.find(word => word.startsWith('--command='))?.slice('--command='.length)
  return [...(command ? [baseName(command)] : []), ...(at < 0 ? [] : words.slice(at, at + 1))]
}

function wordsOf(command: Command): readonly string[] {
  if ('argv' in command) return command.argv
  const line = command.line.trim()
  return PLAIN_WORDS.test(line) ? line.split(/[ \t]+/) : []
}

function bareName(name: string): string {
  return name.replace(SUFFIXES, '') || name
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? ''
}

function firstWord(line: string): string {
  const [, single, double, plain] = FIRST_WORD.exec(line) ?? []
  return single ?? double ?? plain ?? ''
}
