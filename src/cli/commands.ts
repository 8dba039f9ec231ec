/** The one table of verbs: what each name of the program answers to. Help, parsing, completion and docs/cli.md come from here. */
import { appVerbs, beowulfVerbs } from './commands/apps.ts'
import { catalogueVerbs } from './commands/catalogue.ts'
import { coreVerbs } from './commands/core.ts'
import { hostVerbs } from './commands/hosts.ts'
import { jobVerbs } from './commands/jobs.ts'
import { pVerbs } from './commands/p.ts'
import { placementVerbs } from './commands/placement.ts'
import { processVerbs } from './commands/processes.ts'
import { serverVerbs } from './commands/servers.ts'
import { soundVerbs } from './commands/sound.ts'
import { tokenVerbs } from './commands/tokens.ts'
import type { Program, VerbSpec } from './spec.ts'

export const drover: Program = {
  name: 'drover',
  summary: 'herd your machines over SSH',
  about: [
    'Runs commands on the best of your machines, with the folder you stand in, and keeps them running whatever happens to the link, to this computer or to Drover itself.',
  ],
  verbs: [
    ...jobVerbs,
    ...processVerbs,
    ...serverVerbs,
    ...appVerbs,
    ...catalogueVerbs,
    ...hostVerbs,
    ...placementVerbs,
    ...soundVerbs,
    ...tokenVerbs,
    ...coreVerbs,
  ],
}

export const p: Program = {
  name: 'p',
  summary: 'push a folder and a command to a worker',
  about: ['A short way to use Drover: the same jobs and the same machines as in drover, which can do more.'],
  verbs: [...pVerbs, ...coreVerbs.filter(verb => ['completion', 'version', 'help'].includes(verb.path)).map(asP)],
}

export const beowulf: Program = {
  name: 'beowulf',
  summary: 'launch an app on the best host, with its window here',
  about: ['A short way to launch apps with Drover, which can do more.'],
  verbs: beowulfVerbs,
}

function asP(verb: VerbSpec): VerbSpec {
  const examples = verb.examples.map(({ run, does }) => ({ run: run.replaceAll('drover', 'p'), does }))
  return { ...verb, examples }
}
