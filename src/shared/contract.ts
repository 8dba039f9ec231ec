/**
 * Every method of the core, once: who may call it, what it takes, what it gives. HTTP, WebSocket, IPC and the command line are all made
 * from this table, whose parts stand in contract/. The command line imports its types only, so that no zod gets into its bundle.
 */
import type { z } from 'zod'
import { appMethods } from './contract/app-methods.ts'
import { catalogueMethods } from './contract/catalogue-methods.ts'
import { coreMethods } from './contract/core-methods.ts'
import { diskMethods } from './contract/disk-methods.ts'
import type { Principal } from './contract/fields.ts'
import { folderMethods } from './contract/folder-methods.ts'
import { hostMethods } from './contract/host-methods.ts'
import { jobMethods } from './contract/job-methods.ts'
import { metricsMethods } from './contract/metrics-methods.ts'
import { placementMethods } from './contract/placement-methods.ts'
import { processMethods } from './contract/process-methods.ts'
import { serverMethods } from './contract/server-methods.ts'
import { soundMethods } from './contract/sound-methods.ts'
import { tokenMethods } from './contract/token-methods.ts'
import { windowMethods } from './contract/window-methods.ts'

export type { CoreStatus, Finding, JobCounts } from './contract/core-methods.ts'
export type { DiskUse, GcReport } from './contract/disk-methods.ts'
export { CommandInput, Connection, HostName, type Principal, type Role, type WebRole } from './contract/fields.ts'
export type { DropDecision, DropEnd } from './contract/folder-methods.ts'
export type { Importable, TrustOffer } from './contract/host-methods.ts'
export type { PushPreview, SkippedPath } from './contract/job-methods.ts'
export { ClientMessage, HelloMessage, SignIn } from './contract/messages.ts'
export type {
  Column,
  HostSeries,
  HostTop,
  JobMark,
  JobSeries,
  MetricsMarks,
  MetricsSeries,
  SpikeMark,
  TopProcess,
} from './contract/metrics-methods.ts'
export { MAX_POINTS } from './contract/metrics-methods.ts'
export type { RuleView } from './contract/placement-methods.ts'
export type { ServerView } from './contract/server-methods.ts'
export type { NewToken, TokenView } from './contract/token-methods.ts'
export { DISPLAY_VARIABLES, type Display, type OpenedWindow, SIGN_IN_MS } from './contract/window-methods.ts'

export const contract = {
  ...coreMethods,
  ...hostMethods,
  ...jobMethods,
  ...appMethods,
  ...placementMethods,
  ...soundMethods,
  ...folderMethods,
  ...windowMethods,
  ...diskMethods,
  ...metricsMethods,
  ...catalogueMethods,
  ...tokenMethods,
  ...processMethods,
  ...serverMethods,
} as const

type Contract = typeof contract
export type Method = keyof Contract
/** What a caller writes. */
export type Input<M extends Method> = z.input<Contract[M]['input']>
/** What the core gets: the input with its defaults. */
export type Parsed<M extends Method> = z.output<Contract[M]['input']>
export type Output<M extends Method> = z.output<Contract[M]['output']>
/** What the core implements. */
export type Methods = { [M in Method]: (input: Parsed<M>, principal: Principal) => Promise<Output<M>> }
/** What a client sees, whatever carries it. */
export type Call = <M extends Method>(method: M, input: Input<M>) => Promise<Output<M>>
