/** What can be said of a typed word without asking the core: that it is empty, is none of the choices, or can be no job id, process or host. */

import { nearest } from '../shared/nearest.ts'
import { UsageError } from './errors.ts'
import type { ValueSpec } from './spec.ts'

const SHOWN_CHARACTERS = 80
/** As in the contract, which the command line does not load. */
const JOB = /^[0-9a-f-]{1,36}$/
const PROCESS = /^[A-Za-z0-9_-]{1,63}(\.[1-9][0-9]{0,3})?$/

/** `shown` names the flag or operand. @throws {UsageError} */
export function checkWord(spec: ValueSpec, word: string, shown: string): void {
  if (word === '' && !spec.mayBeEmpty) throw new UsageError(`${shown} is empty: it should be ${article(spec.name)}`)
  if (spec.choices !== undefined && !spec.choices.includes(word)) {
    const near = nearest(word, spec.choices)
    throw new UsageError(
      `${shown} is one of ${spec.choices.join(', ')}, not ${quoted(word)}`,
      near === undefined ? undefined : `Did you mean: ${near}`,
    )
  }
  if (spec.kind === 'job' && !JOB.test(word)) {
    throw new UsageError(`${quoted(word)} is no job id: that has hexadecimal digits and dashes only`, 'List jobs with: drover ls')
  }
  if ((spec.kind === 'process' || spec.kind === 'name') && !PROCESS.test(word) && !(spec.kind === 'name' && JOB.test(word))) {
    const what = spec.kind === 'process' ? 'no name of a process' : 'neither a name of a process nor a job id'
    throw new UsageError(
      `${quoted(word)} is ${what}: a process is named as web, or as web.1`,
      `List processes with: drover ps${spec.kind === 'name' ? ', and jobs with: drover ls' : ''}`,
    )
  }
  if (spec.kind === 'host' && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(word)) {
    throw new UsageError(
      `${quoted(word)} is no name of a host: that is 1 to 63 letters, digits, dots, dashes or underscores, and begins with a letter or digit`,
      'List hosts with: drover host ls',
    )
  }
}

/** For a message: a word may be 100 kB long. */
export function quoted(word: string): string {
  return word.length > SHOWN_CHARACTERS ? `"${word.slice(0, SHOWN_CHARACTERS)}…"` : `"${word}"`
}

export function article(name: string): string {
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`
}
