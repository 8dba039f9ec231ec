/** What the fields of methods are made of: names, paths, commands, and who may call. Refused values are told in words for people. */
import { z } from 'zod'
import type { Command } from '../domain.ts'

export type Role = 'owner' | 'readonly' | 'project' | 'aiAgent'
/** Those that can come in at the web address: the window's, and the dashboard's. */
export type WebRole = Extract<Role, 'owner' | 'readonly'>
/** `projectId`: of the role `project`, which may do nothing but with that one. */
export type Principal = { readonly role: Role; readonly projectId?: string }

/** A host's name: what people type and what stands in config.yaml. Never begins with `-`, so it is no option anywhere. */
export const HostName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'a host name is 1 to 63 letters, digits, dots, dashes or underscores, and begins with a letter or digit',
  )
/** `[user@]host[:port]`, `[user@][v6]:port` or an alias of ~/.ssh/config: what the system's ssh would be told. */
export const Connection = z
  .string()
  .max(512)
  .regex(
    /^(?!-)[^\s\p{Cc}'"`$\\;&|<>(){}]+$/u,
    'a connection is [user@]host[:port] or an ssh alias, without spaces, quotes or shell characters',
  )
/** A job id or its beginning. */
export const JobRef = z.string().regex(/^[0-9a-f-]{1,36}$/, 'a job id is made of hexadecimal digits and dashes')
export const Text = z.string().refine(text => !text.includes('\0') && !text.includes('\uFFFD'), 'must be valid UTF-8 without NUL')
/** What Linux takes as a path, less its end. */
export const MAX_PATH = 4095
export const AbsolutePath = Text.max(MAX_PATH, `is longer than ${MAX_PATH} characters, and so no path`).refine(
  path => path.startsWith('/'),
  'must be an absolute path',
)
/** A name or a value that a person types. */
export const Short = (most: number) => z.string().max(most, `is longer than ${most} characters`)
/** What Linux takes as one argument, less its end. */
export const MAX_WORD = 131_071
export const TOO_LONG = `is longer than ${MAX_WORD} characters: put it into a script in the folder`
export const CommandInput: z.ZodType<Command> = z.union([
  z.strictObject({ line: Text.min(1).max(MAX_WORD, TOO_LONG) }),
  z.strictObject({
    argv: z.array(Text.max(MAX_WORD, TOO_LONG)).min(1).max(10_000, 'has more than 10,000 words: put them into a file'),
  }),
])
export const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name is letters, digits and underscores')
/** A key that JavaScript takes for something else is passed over in a record, and the job would lack it. */
export const Env = z
  .custom<Record<string, string>>(
    value => !(value instanceof Object && Object.hasOwn(value, '__proto__')),
    '__proto__ cannot be set',
  )
  .pipe(z.record(EnvName, Text.max(MAX_WORD, TOO_LONG)))
export const Columns = z.int().min(1).max(10_000)
export const owner = ['owner'] as const satisfies readonly Role[]
export const viewer = ['owner', 'readonly'] as const satisfies readonly Role[]
/** Those methods take the project that is meant as `project`: see dispatch. */
export const ofProject = ['owner', 'project'] as const satisfies readonly Role[]

export const output = <T>() => z.custom<T>(() => true)
export const nothing = z.strictObject({})
