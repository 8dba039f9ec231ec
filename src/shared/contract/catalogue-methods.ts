/** The apps of all hosts: listed, searched, shown by their icons, kept as favourites, and put into the menu of this desktop. */
import { z } from 'zod'
import type { AppView, MenuItem } from '../app.ts'
import type { JobView, Placement } from '../domain.ts'
import { Columns, Env, HostName, MAX_PATH, nothing, output, owner, Short, Text, viewer } from './fields.ts'
import { DisplayInput } from './window-methods.ts'

/** An app's id, as its desktop entry is called; or its name, where that is of one app only. */
export const AppRef = Text.min(1).max(300, 'is longer than 300 characters, and so no app')

export const catalogueMethods = {
  /** The best first: by what fits the query, favourites, what was used lately, then by name. `limit`: so many at most. */
  'app.list': {
    allow: viewer,
    input: z.strictObject({
      query: Short(200).default(''),
      host: HostName.nullable().default(null),
      /** As `de_DE.UTF-8`; null: as the core was started. */
      locale: z
        .string()
        .regex(/^[A-Za-z0-9_.@-]{0,64}$/, 'is a locale, as de_DE.UTF-8')
        .nullable()
        .default(null),
      /** Also what menus leave out. */
      isAll: z.boolean().default(false),
      isFavourite: z.boolean().default(false),
      limit: z.int().min(1).max(5_000).default(1_000),
    }),
    output: output<{ apps: AppView[]; isCut: boolean }>(),
  },
  /** Asks the host, or all that can be asked, what apps they have now. */
  'app.refresh': { allow: owner, input: z.strictObject({ host: HostName.nullable().default(null) }), output: output<null>() },
  /** A picture of about that many pixels; null if there is none that may be shown. SVG is to be shown by `<img>` alone. */
  'app.icon': {
    allow: viewer,
    input: z.strictObject({ app: AppRef, size: z.int().min(8).max(512).default(64) }),
    output: output<{ icon: { type: 'image/png' | 'image/svg+xml'; base64: string } | null }>(),
  },
  'app.favourite': {
    allow: owner,
    input: z.strictObject({ app: AppRef, isFavourite: z.boolean() }),
    output: output<null>(),
  },
  /** Launches it as its entry says, on the host or on the best of those that have it. */
  'app.open': {
    allow: owner,
    input: z.strictObject({
      app: AppRef,
      /** One of its actions; null starts it. */
      action: Short(100).nullable().default(null),
      host: HostName.nullable().default(null),
      /** Addresses, or absolute paths of this computer. */
      targets: z.array(Text.min(1).max(MAX_PATH)).max(100).default([]),
      /** The desktop on which it is to appear; null for the one that Drover knows of. */
      display: DisplayInput.nullable().default(null),
      newInstance: z.boolean().default(false),
      env: Env.default({}),
      /** As a program of the terminal, also where its entry does not call it one. */
      isTerminal: z.boolean().default(false),
      /** Of whoever looks at it, if it is a program of the terminal. */
      terminal: z.strictObject({ columns: Columns, rows: Columns }).nullable().default(null),
      /** As in `job.push`: of the first of its jobs. */
      jobId: z.uuid().optional(),
    }),
    output: output<{ jobs: JobView[] }>(),
  },
  /** Where it would be launched now, and why; nothing is begun. */
  'app.weigh': {
    allow: owner,
    input: z.strictObject({ app: AppRef, action: Short(100).nullable().default(null), host: HostName.nullable().default(null) }),
    output: output<{ placement: Placement }>(),
  },
  'menu.list': { allow: owner, input: nothing, output: output<{ items: MenuItem[] }>() },
  /** With `favourites` those as well. What cannot be installed does not keep the others from it. */
  'menu.install': {
    allow: owner,
    input: z.strictObject({ apps: z.array(AppRef).max(500), favourites: z.boolean().default(false) }),
    output: output<{ installed: MenuItem[]; failed: { app: string; message: string }[] }>(),
  },
  /** `kept`: files that somebody has changed since. */
  'menu.remove': {
    allow: owner,
    input: z.strictObject({ apps: z.array(AppRef).min(1).max(500) }),
    output: output<{ removed: { app: string; kept: string[] }[]; failed: { app: string; message: string }[] }>(),
  },
} as const
