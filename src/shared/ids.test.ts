import { expect, test } from 'vitest'
import { z } from 'zod'
import { newId } from './ids.ts'

test('ids are UUIDs as the contract takes them, each another', () => {
  const ids = Array.from({ length: 1_000 }, newId)
  for (const id of ids) expect(z.uuidv4().safeParse(id).success, id).toBe(true)
  expect(new Set(ids).size).toBe(1_000)
})
