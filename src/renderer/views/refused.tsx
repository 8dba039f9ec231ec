/** A page that the core does not let in: what it takes to come in. */
import { visibleLines } from '../../shared/visible.ts'
import { Empty } from '../components/empty.tsx'
import { Logo } from '../frame/logo.tsx'

export function Refused({ message }: { readonly message: string }) {
  return (
    <main className="view" style={{ height: '100%', alignItems: 'center', justifyContent: 'center' }}>
      <Logo size={40} />
      <Empty title="This page is not signed in">
        <span>{visibleLines(message)}</span>
      </Empty>
    </main>
  )
}
