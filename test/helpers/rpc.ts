/** A call straight to a core's socket, past the command line: what a hostile or broken client can send. */
import { request } from 'node:http'

export type RpcAnswer = { status: number; body: Record<string, unknown> }

/** `body` is sent as it is when it is a string or bytes, else as JSON. */
export function rpc(socketPath: string, method: string, body: unknown): Promise<RpcAnswer> {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const call = request(
      { socketPath, path: `/rpc/${method}`, method: 'POST', headers: { 'Content-Type': 'application/json' } },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, body: (JSON.parse(text) ?? {}) as Record<string, unknown> })
        })
      },
    )
    call.on('error', reject).end(bytes)
  })
}
