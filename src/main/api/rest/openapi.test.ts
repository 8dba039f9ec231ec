/** The document is one by OpenAPI's own schema, and has every route. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { docsPage } from './docs-page.ts'
import { openApiDocument } from './openapi.ts'
import { routes } from './routes.ts'

const ADDRESS = 'http://127.0.0.1:8000'

test.each([true, false])('it is OpenAPI 3.1 (with a token: %s)', async hasToken => {
  const document = openApiDocument({ address: ADDRESS, hasToken })
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const { valid } = await new Validator().validate({ ...structuredClone(document), paths: { nope: 1 } })
  expect(valid).toBe(false)
})

/** Those of overmind-gui. */
const PUBLISHED = [
  ...['state', 'processes', 'poll', 'status', 'daemon/info', 'failure-declarations/{process}'].map(path => `GET /api/${path}`),
  ...['start', 'stop', 'restart', 'toggle'].map(verb => `POST /api/process/{process}/${verb}`),
  ...['processes/select-all', 'processes/deselect-all', 'output/clear', 'shutdown', 'restart'].map(path => `POST /api/${path}`),
  ...['add', 'remove'].map(verb => `POST /api/failure-declarations/{process}/${verb}`),
]

test('every route is there, in the document and on the page, and none refers to what is not', () => {
  expect(routes.map(({ verb, path }) => `${verb} ${path}`).toSorted()).toEqual(PUBLISHED.toSorted())
  const document = openApiDocument({ address: ADDRESS, hasToken: true })
  const { schemas } = document.components as { schemas: Record<string, unknown> }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(references.length).toBeGreaterThan(routes.length)
  for (const name of references) expect(Object.keys(schemas)).toContain(name)
  const page = docsPage({ address: ADDRESS, hasToken: true })
  for (const { path, summary } of routes) {
    expect(page).toContain(path)
    expect(page).toContain(summary)
  }
  // Nothing is loaded, nothing runs.
  expect(page).not.toMatch(/<script|src=|https?:\/\/(?!127\.0\.0\.1)/)
})

test('without a token it says that each call that is posted brings JSON, as the server asks for', () => {
  const bodies = (hasToken: boolean) => {
    const { paths } = openApiDocument({ address: ADDRESS, hasToken })
    return Object.values(paths as Record<string, { post?: { requestBody?: unknown } }>).flatMap(({ post }) =>
      post ? [post.requestBody] : [],
    )
  }
  expect(bodies(false)).not.toContain(undefined)
  expect(bodies(true).filter(body => body !== undefined)).toHaveLength(2)
})
