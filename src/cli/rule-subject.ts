/** What a rule is about, as it was typed. */
import type { Args } from './args.ts'

export function ruleSubject(args: Args): { kind: 'app' | 'command'; pattern: string } {
  return { kind: args.has('app') ? 'app' : 'command', pattern: args.required('COMMAND') }
}
