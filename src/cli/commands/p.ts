/** What the program answers to when it is called `p`: p's own verbs and names, done by the same files as ours. */
import type { VerbSpec } from '../spec.ts'
import { hostVerbs } from './hosts.ts'
import { jobVerbs, PUSH_ABOUT, PUSH_EXITS, PUSH_FLAGS } from './jobs.ts'

type Example = VerbSpec['examples'][number]

export const pVerbs: readonly VerbSpec[] = [
  {
    path: '',
    group: 'jobs',
    run: 'push',
    summary: 'Push the current folder to a worker and run a command there',
    operands: [{ name: 'WORKER', kind: 'host', isOptional: true, help: 'Where to run; the default worker without it.' }],
    flags: PUSH_FLAGS,
    command: 'required',
    givesJobExit: true,
    about: PUSH_ABOUT,
    examples: [
      { run: 'p -- make', does: 'on the default worker' },
      { run: 'p gpu -- python train.py', does: 'on the worker named gpu' },
      { run: 'p gpu -n -- nvidia-smi', does: 'without files' },
    ],
    exits: PUSH_EXITS,
  },
  sameAs('ls', 'ls', { run: 'p ls', does: '' }),
  sameAs('attach', 'attach', { run: 'p attach 1a2b', does: '' }),
  sameAs('logs', 'logs', { run: 'p logs -f 1a2b', does: '' }),
  sameAs('stop', 'stop', { run: 'p stop 1a2b', does: '' }),
  sameAs('pull', 'pull', { run: 'p pull 1a2b result.csv', does: '' }),
  sameAs('rm', 'rm', { run: 'p rm 1a2b', does: '' }),
  sameAs('worker register', 'host add', { run: 'p worker register me@build.example.org:2222 -n build', does: '' }),
  sameAs('worker ls', 'host ls', { run: 'p worker ls -c', does: '' }),
  sameAs('worker rm', 'host rm', { run: 'p worker rm build', does: '' }),
  sameAs('worker default', 'host default', { run: 'p worker default build', does: '' }),
]

function sameAs(path: string, ours: string, example: Example): VerbSpec {
  const verb = [...jobVerbs, ...hostVerbs].find(known => known.path === ours)
  if (verb === undefined) throw new TypeError(`No verb ${ours}`)
  const { aliases: _, ...rest } = verb
  return { ...rest, path, examples: [example] }
}
