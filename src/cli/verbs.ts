/**
 * Which file does which verb. Each is loaded only when it is asked for, since start time is felt at every call; but `ls`,
 * which is called most, is at hand.
 */
import type { Run } from './cli.ts'
import * as ls from './verbs/ls.ts'

export const VERBS: Readonly<Record<string, () => Promise<{ run: Run }>>> = {
  attach: () => import('./verbs/attach.ts'),
  completion: () => import('./verbs/completion.ts'),
  'config-edit': () => import('./verbs/config-edit.ts'),
  'config-get': () => import('./verbs/config-get.ts'),
  'config-path': () => import('./verbs/config-path.ts'),
  'config-set': () => import('./verbs/config-set.ts'),
  daemon: () => import('./verbs/daemon.ts'),
  df: () => import('./verbs/df.ts'),
  doctor: () => import('./verbs/doctor.ts'),
  gc: () => import('./verbs/gc.ts'),
  help: () => import('./verbs/help.ts'),
  'host-add': () => import('./verbs/host-add.ts'),
  'host-default': () => import('./verbs/host-default.ts'),
  'host-import': () => import('./verbs/host-import.ts'),
  'host-ls': () => import('./verbs/host-ls.ts'),
  'host-rm': () => import('./verbs/host-rm.ts'),
  'host-test': () => import('./verbs/host-test.ts'),
  'host-trust': () => import('./verbs/host-trust.ts'),
  launch: () => import('./verbs/launch.ts'),
  logs: () => import('./verbs/logs.ts'),
  ls: async () => ls,
  open: () => import('./verbs/open.ts'),
  pull: () => import('./verbs/pull.ts'),
  push: () => import('./verbs/push.ts'),
  rerun: () => import('./verbs/rerun.ts'),
  rm: () => import('./verbs/rm.ts'),
  skipped: () => import('./verbs/skipped.ts'),
  status: () => import('./verbs/status.ts'),
  stop: () => import('./verbs/stop.ts'),
  unlock: () => import('./verbs/unlock.ts'),
  version: () => import('./verbs/version.ts'),
  wait: () => import('./verbs/wait.ts'),
  why: () => import('./verbs/why.ts'),
}
