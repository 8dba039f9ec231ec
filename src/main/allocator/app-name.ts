/** What a command is called in rules and in the history of apps: `/usr/bin/firefox-esr https://…` is `firefox`. */
import type { Command } from '../../shared/domain.ts'

/** Endings by which one program comes under several names. Not every hyphen: gnome-terminal is not gnome-calculator. */
const SUFFIXES = /-(?:esr|stable|bin)$/
/** `KEY=value` before the program, which may stand in quotes. What a shell would make of more than that is not guessed. */
const FIRST_WORD = /^\s*(?:[A-Za-z_][A-Za-z0-9_]*=[^\s'"]*\s+)*(?:'([^']*)'|"([^"]*)"|([^\s;&|()<>]+))/

/** The first word's last part, less a listed ending; empty for a line that begins with no plain word. */
export function appName(command: Command): string {
  const name = programName(command)
  return name.replace(SUFFIXES, '') || name
}

/** The same with its ending. */
export function programName(command: Command): string {
  const program = 'argv' in command ? (command.argv[0] ?? '') : firstWord(command.line)
  return program.replace(/\/+$/, '').split('/').at(-1) ?? ''
}

function firstWord(line: string): string {
  const [, single, double, plain] = FIRST_WORD.exec(line) ?? []
  return single ?? double ?? plain ?? ''
}
