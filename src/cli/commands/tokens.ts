/** The table's verbs that deal with tokens. */
import type { OperandSpec, VerbSpec } from '../spec.ts'

const NAME: OperandSpec = { name: 'NAME', kind: 'text', help: 'What to call it: letters, digits, dots, dashes and underscores.' }

export const tokenVerbs: readonly VerbSpec[] = [
  {
    path: 'token add',
    group: 'core',
    run: 'token-add',
    summary: 'Make a token with which Prometheus can read /metrics',
    operands: [NAME],
    about: [
      'Prints a secret that opens /metrics at the web address, and nothing else, until it is revoked. It is printed this once; what Drover keeps of it lets nobody in. A program sends it as "Authorization: Bearer SECRET": with Prometheus, by authorization.credentials_file.',
      'As long as there is a token the address is served. By default only this computer reaches it; web.address in the config says where it is. The way there is not encrypted.',
    ],
    examples: [{ run: 'drover token add prometheus', does: '' }],
  },
  {
    path: 'token ls',
    aliases: ['token list'],
    group: 'core',
    run: 'token-ls',
    summary: 'List tokens, and when each was last used',
    about: [],
    examples: [{ run: 'drover token ls', does: '' }],
  },
  {
    path: 'token rm',
    aliases: ['token remove'],
    group: 'core',
    run: 'token-rm',
    summary: 'Revoke a token',
    operands: [NAME],
    about: ['What has it reads nothing any more, at once.'],
    examples: [{ run: 'drover token rm prometheus', does: '' }],
  },
]
