/** All of dropping but the push itself: the zone over the whole window, the question when several things come, and whose turn it is. */
import './drop.css'
import { useDrops } from '../stores/drops.ts'
import { DropQuestion } from './drop-question.tsx'
import { DropZone } from './drop-zone.tsx'
import { useTurns } from './use-turns.ts'

export function DropLayer() {
  const question = useDrops(state => state.question)
  useTurns()
  return (
    <>
      <DropZone />
      {question && <DropQuestion things={question} />}
    </>
  )
}
