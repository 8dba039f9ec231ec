/** What clients may ask of where jobs go: the rules, and which hosts take new ones. All of it stands in config.yaml. */
import type { Methods } from '../../shared/contract.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { changeTags, removePin, setAffinity, setDrain, setPin } from '../config/rule-edits.ts'
import { addRule, changeRule, removeRule } from '../config/rule-list-edits.ts'

export type PlacementMethodsOptions = {
  config: ConfigFile
  now(): number
}
export type PlacementMethod = Extract<keyof Methods, `rule.${string}`> | 'host.drain' | 'host.tag'

export function placementMethods({ config, now }: PlacementMethodsOptions): Pick<Methods, PlacementMethod> {
  return {
    'rule.list': async () => ({
      rules: config.current.rules.map(({ pin, ...rule }) => ({
        ...rule,
        pin: pin && { ...pin, isExpired: pin.until !== null && pin.until <= now() },
      })),
    }),
    'rule.pin': async ({ kind, pattern, ...pin }) => {
      await config.edit(document => setPin(document, { kind, pattern }, pin))
      return null
    },
    'rule.unpin': async subject => {
      await config.edit(document => removePin(document, subject))
      return null
    },
    'rule.affinity': async ({ host, ...subject }) => {
      await config.edit(document => setAffinity(document, subject, host))
      return null
    },
    'rule.add': async ({ rule, ...place }) => {
      await config.edit(document => addRule(document, rule, place))
      return null
    },
    'rule.change': async ({ rule, ...ref }) => {
      await config.edit(document => changeRule(document, ref, rule))
      return null
    },
    'rule.remove': async ref => {
      let written: string | null = null
      await config.edit(document => {
        written = removeRule(document, ref)
      })
      return { written }
    },
    'host.drain': async ({ name, isDrained }) => {
      await config.edit(document => setDrain(document, name, isDrained))
      return null
    },
    'host.tag': async ({ name, add, remove }) => {
      let tags: string[] = []
      await config.edit(document => {
        tags = changeTags(document, name, { add, remove })
      })
      return { tags }
    },
  }
}
