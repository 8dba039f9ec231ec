/** The hosts of one file with a tick each; what is known already is greyed. For importing, and for the first start. */
import type { Importable, Output } from '../../shared/contract.ts'
import { visible } from '../../shared/visible.ts'
import { Cut } from '../components/cut.tsx'
import { core } from '../core.ts'

type HostTicksProps = {
  readonly source: Importable
  /** By `tickKey`: all others are ticked. */
  readonly unticked: ReadonlySet<string>
  readonly onChange: (unticked: ReadonlySet<string>) => void
}

export function HostTicks({ source, unticked, onChange }: HostTicksProps) {
  return (
    <div className="ticks">
      {source.hosts.map(({ name, connection, isKnown }) => {
        const key = tickKey(source, name)
        const toggle = () => {
          const next = new Set(unticked)
          if (!next.delete(key)) next.add(key)
          onChange(next)
        }
        return (
          <label key={name} className={isKnown ? 'tick faint' : 'tick'}>
            <input type="checkbox" checked={isKnown || !unticked.has(key)} disabled={isKnown} onChange={toggle} />
            <span>{visible(name)}</span>
            {isKnown ? (
              <span className="cut">is there already</span>
            ) : (
              connection !== name && <Cut className="faint mono" text={connection} />
            )}
          </label>
        )
      })}
    </div>
  )
}

export function tickKey({ source }: Pick<Importable, 'source'>, name: string): string {
  return `${source}\0${name}`
}

export function newHosts({ hosts }: Importable): Importable['hosts'] {
  return hosts.filter(host => !host.isKnown)
}

/** Those that can be taken over with the hosts that are ticked. */
export function newPins(source: Importable, unticked: ReadonlySet<string>): Importable['pins'] {
  const left = newHosts(source).filter(({ name }) => unticked.has(tickKey(source, name)))
  return source.pins.filter(({ host, isKnown }) => !isKnown && !left.some(({ name }) => name === host))
}

/** Takes over what is ticked, file by file, and what is pinned to it. */
export async function importHosts(sources: readonly Importable[], unticked: ReadonlySet<string>): Promise<Output<'host.import'>> {
  const result: Output<'host.import'> = { added: [], pinned: [], skipped: [] }
  for (const source of sources) {
    const names = newHosts(source)
      .map(host => host.name)
      .filter(name => !unticked.has(tickKey(source, name)))
    const pins = newPins(source, unticked).map(({ app }) => app)
    if (names.length === 0 && pins.length === 0) continue
    const { added, pinned, skipped } = await core.call('host.import', { source: source.source, names, pins })
    result.added.push(...added)
    result.pinned.push(...pinned)
    result.skipped.push(...skipped)
  }
  return result
}
