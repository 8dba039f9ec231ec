/** The table's verb that says which hosts may be heard here. */
import { SOUND_GIVES } from '../../shared/sound-words.ts'
import type { VerbSpec } from '../spec.ts'

export const soundVerbs: readonly VerbSpec[] = [
  {
    path: 'host sound',
    aliases: ['worker sound'],
    group: 'hosts',
    run: 'host-sound',
    summary: 'Show or set whether apps of a host are heard here',
    operands: [
      { name: 'HOST', kind: 'host', help: 'The name of a host.' },
      { name: 'ON', kind: 'text', choices: ['on', 'off'], isOptional: true, help: 'on or off; off until you say otherwise.' },
    ],
    about: [
      `What it gives the host: ${SOUND_GIVES}. It does not learn which devices are here, nor what else plays.`,
      'Apps that play by PulseAudio, as nearly all do, are heard through your PulseAudio or PipeWire, from their next launch on. Off cuts off at once what plays.',
    ],
    examples: [{ run: 'drover host sound build on', does: '' }],
  },
]
