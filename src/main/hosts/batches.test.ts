import { expect, test } from 'vitest'
import { Batches } from './batches.ts'

function ground(most: number) {
  const sent: { items: readonly number[]; answer: PromiseWithResolvers<void> }[] = []
  const batches = new Batches<number, number>(items => {
    const answer = Promise.withResolvers<void>()
    sent.push({ items, answer })
    return items.map(async item => {
      await answer.promise
      if (item < 0) throw new Error(`no ${item}`)
      return item * 10
    })
  }, most)
  return { sent, batches }
}
const turn = () => new Promise(setImmediate)

test('what comes in one turn is sent together, and what comes meanwhile with the next batch', async () => {
  const { sent, batches } = ground(3)
  const first = [1, 2].map(item => batches.add(item))
  await Promise.resolve()
  first.push(batches.add(3))
  await turn()
  const second = [4, 5, 6, 7].map(item => batches.add(item))
  await turn()
  expect(sent.map(({ items }) => items)).toEqual([[1, 2, 3]])
  sent[0]?.answer.resolve()
  expect(await Promise.all(first)).toEqual([10, 20, 30])
  await turn()
  sent[1]?.answer.resolve()
  await turn()
  sent[2]?.answer.resolve()
  expect(await Promise.all(second)).toEqual([40, 50, 60, 70])
  expect(sent.map(({ items }) => items)).toEqual([[1, 2, 3], [4, 5, 6], [7]])
  const late = batches.add(8)
  await turn()
  sent[3]?.answer.resolve()
  expect(await late).toBe(80)
})

test('each fails by itself, and those that follow are sent all the same', async () => {
  const { sent, batches } = ground(2)
  const answers = Promise.allSettled([-1, 2, 3].map(item => batches.add(item)))
  await turn()
  sent[0]?.answer.resolve()
  await turn()
  sent[1]?.answer.resolve()
  expect((await answers).map(answer => (answer.status === 'fulfilled' ? answer.value : String(answer.reason)))).toEqual([
    'Error: no -1',
    20,
    30,
  ])
})
