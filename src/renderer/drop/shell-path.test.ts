import { expect, test } from 'vitest'
import { chosenPath } from './shell-path.ts'

test('the folder that was chosen, by any of its files', () => {
  const chosen = (path: string | null, webkitRelativePath: string) => chosenPath({ path, webkitRelativePath })
  expect(chosen('/home/me/project/a', 'project/a')).toBe('/home/me/project')
  expect(chosen('/home/me/project/src/lib/a.c', 'project/src/lib/a.c')).toBe('/home/me/project')
  expect(chosen('/a', '/a')).toBe('/')
  // A browser tells no path, and one that is another file's leads nowhere.
  expect(chosen(null, 'project/a')).toBeNull()
  expect(chosen('/home/me/other/b', 'project/a')).toBeNull()
  expect(chosen('/home/me/a', 'a')).toBeNull()
})
