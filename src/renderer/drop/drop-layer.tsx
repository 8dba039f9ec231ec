/** All of dropping: the zone over the whole window, the question when several things come, and the dialog of the drop at hand. */
import './drop.css'
import { useDrops } from '../stores/drops.ts'
import { DropDialog } from './drop-dialog.tsx'
import { DropQuestion } from './drop-question.tsx'
import { DropZone } from './drop-zone.tsx'

export function DropLayer() {
  const question = useDrops(state => state.question)
  const drop = useDrops(state => state.drops[0])
  return (
    <>
      <DropZone />
      {question && <DropQuestion things={question} />}
      {!question && drop && <DropDialog key={drop.id} drop={drop} />}
    </>
  )
}
