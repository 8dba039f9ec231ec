/** The OpenAPI document of a project's server (https://spec.openapis.org/oas/v3.1.0), made from its routes. */
import { z } from 'zod'
import { VERSION } from '../../../shared/version.ts'
import { type Route, routes } from './routes.ts'
import { components, Refusal } from './shapes.ts'

type Json = Record<string, unknown>

export const OPENAPI_PATH = '/api/openapi.json'
export const DOCS_PATH = '/api/docs'

export function openApiDocument({ address, hasToken }: { address: string; hasToken: boolean }): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.verb.toLowerCase()]: operation(route, hasToken) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'A project of Drover',
      version: VERSION,
      description:
        'To see and steer the processes of one Procfile, and nothing else. Numbers of time are milliseconds since 1970.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: address }],
    security: hasToken ? [{ token: [] }] : [],
    paths,
    components: {
      schemas: schemas(),
      ...(hasToken && {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'As `drover server` printed it.' } },
      }),
    },
  }
}

function operation(route: Route, hasToken: boolean): Json {
  const query = z.toJSONSchema(route.query, { io: 'input' }).properties ?? {}
  const parameters = [
    ...(route.path.includes('{process}')
      ? [
          {
            name: 'process',
            in: 'path',
            required: true,
            description: 'A process (`web.1`), or the name of several (`web`).',
            schema: { type: 'string' },
          },
        ]
      : []),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema })),
  ]
  // Without a token nothing is taken that a form of a web page could send: what is posted is JSON, if only `{}`.
  const hasBody = Object.keys(route.body.shape).length > 0 || (route.verb === 'POST' && !hasToken)
  return {
    operationId: route.id,
    summary: route.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && { requestBody: { required: true, content: json(route.body) } }),
    responses: {
      200: { description: 'Done.', content: json(route.answer) },
      default: { description: 'It was refused, or did not work.', content: json(Refusal) },
    },
  }
}

function json(schema: z.ZodType): Json {
  const { id } = components.get(schema) ?? {}
  if (id === undefined) throw new TypeError('What is sent has no name among the components')
  return { 'application/json': { schema: { $ref: reference(id) } } }
}

function schemas(): Json {
  const { schemas } = z.toJSONSchema(components, { uri: reference })
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]))
}

function reference(id: string): string {
  return `#/components/schemas/${id}`
}
