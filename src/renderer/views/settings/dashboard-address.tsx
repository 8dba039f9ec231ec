/** Makes an address with which a browser, on whatever screen it stands, may look at this window and do nothing in it. */
import { useState } from 'react'
import type { Output } from '../../../shared/contract.ts'
import { ageText } from '../../../shared/format.ts'
import { Button } from '../../components/button.tsx'
import { copyAndSay } from '../../components/copy-text.ts'
import { core } from '../../core.ts'

export function DashboardAddress() {
  const [made, setMade] = useState<Output<'web.dashboard'> | null>(null)
  const make = async () => setMade(await core.call('web.dashboard', {}))
  return (
    <section className="card setting-group" aria-label="Dashboard">
      <div className="row">
        <span className="grow dim">
          A browser can be let in to look, and to do nothing: hosts, jobs, metrics; no logs, no files.
        </span>
        <Button onPress={make}>Make an address</Button>
      </div>
      {made && (
        <div className="row" role="status">
          <code className="command-box grow">{made.url}</code>
          <Button onPress={() => copyAndSay(made.url, 'Copied the address')}>Copy</Button>
          <span className="faint">once, within {ageText(made.validMs)}</span>
          {!made.isLocal && <span className="warn-text">not encrypted on its way</span>}
        </div>
      )}
    </section>
  )
}
