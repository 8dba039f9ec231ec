/** What ApiSocket needs of that which carries its messages: a WebSocket of `ws` is one, and the port of a window in Electron. */
import type { RawData } from 'ws'

export type MessageSocket = {
  readonly readyState: number
  /** The state in which `send` sends. */
  readonly OPEN: number
  /** Given to `send`, and not yet taken by the other side or by the system. */
  readonly bufferedAmount: number
  readonly isPaused: boolean
  pause(): void
  resume(): void
  /** `written`: `data` is no longer needed, and `bufferedAmount` is without it. */
  send(data: string | Uint8Array, written: () => void): void
  close(code: number, reason: string): void
  /** Without a farewell. */
  terminate(): void
  on(event: 'message', listener: (data: RawData, isBinary: boolean) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'close', listener: () => void): unknown
}
