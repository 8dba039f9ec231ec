/** The same as the OpenAPI document, for people: a page without scripts, made from the same routes. */
import { z } from 'zod'
import { OPENAPI_PATH } from './openapi.ts'
import { type Route, routes } from './routes.ts'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { padding: .75rem 1rem; overflow-x: auto; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 6px }
h2 { margin: 2rem 0 .25rem; font-size: 1rem }
table { border-collapse: collapse } td { padding: 0 1rem .15rem 0; vertical-align: top }
p { margin: .25rem 0 }
`

export function docsPage({ address, hasToken }: { address: string; hasToken: boolean }): string {
  const how = hasToken
    ? `<p>Send the token that <code>drover server</code> printed, as <code>Authorization: Bearer TOKEN</code>:</p>
<pre>echo "Authorization: Bearer $TOKEN" | curl -H @- ${escaped(address)}/api/state</pre>`
    : `<p>No token is asked for: every program of this computer may use it. What is posted must be JSON.</p>
<pre>curl ${escaped(address)}/api/state</pre>`
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A project of Drover: its API</title><style>${STYLE}</style></head>
<body>
<h1>A project of Drover</h1>
<p>To see and steer the processes of one Procfile, and nothing else. For programs: <a href="${OPENAPI_PATH}">${OPENAPI_PATH}</a>.</p>
${how}
<p>Errors are <code>{"error": {"code": "NOT_FOUND", "message": "…"}}</code> with a status that fits.</p>
${routes.map(section).join('\n')}
</body>
</html>
`
}

function section(route: Route): string {
  return `<h2><code>${route.verb} ${escaped(route.path)}</code></h2>
<p>${escaped(route.summary)}</p>
<table>${rows('asks', route.query)}${rows('takes', route.body)}${rows('gives', route.answer)}</table>`
}

function rows(what: string, schema: z.ZodObject): string {
  const properties = z.toJSONSchema(schema, { io: 'input' }).properties ?? {}
  return Object.entries(properties)
    .map(([name, property], index) => {
      const about = typeof property === 'object' ? (property.description ?? '') : ''
      return `<tr><td>${index === 0 ? what : ''}</td><td><code>${escaped(name)}</code></td><td>${escaped(about)}</td></tr>`
    })
    .join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
