/** Says that the core could be asked how it is, and did not say it: what is shown is of before, or nothing is. */
import { Problem } from '../components/problem.tsx'
import { useCore } from '../stores/core-store.ts'

export function SnapshotProblem() {
  const problem = useCore(state => state.problem)
  const isLoaded = useCore(state => state.isLoaded)
  if (problem === null) return null
  const { error, again } = problem
  if (isLoaded) return <Problem error={{ message: `What is shown may not be as it is now. ${error.message}` }} onAgain={again} />
  return (
    <>
      <header>
        <h1>The core answers, yet did not say how it is</h1>
      </header>
      <Problem error={error} onAgain={again} />
    </>
  )
}
