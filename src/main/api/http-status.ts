/** Error code → HTTP status: the one place where they are mapped. */
import type { ErrorCode } from '../../shared/errors.ts'

export const HTTP_STATUS: Record<ErrorCode, number> = {
  BAD_INPUT: 400,
  BAD_CONFIG: 422,
  NOT_FOUND: 404,
  AMBIGUOUS: 409,
  CONFLICT: 409,
  FORBIDDEN: 403,
  HOST_UNREACHABLE: 502,
  HOST_KEY_UNKNOWN: 502,
  HOST_KEY_CHANGED: 502,
  AUTH_FAILED: 502,
  KEY_LOCKED: 423,
  MISSING_TOOL: 424,
  NO_HOST: 503,
  DISK_FULL: 507,
  HOST_ERROR: 502,
  PROTOCOL: 502,
  CANCELLED: 409,
  TIMEOUT: 504,
  TOO_NEW: 409,
  CORE_RUNNING: 409,
  CORE_UNREACHABLE: 503,
  INTERNAL: 500,
}
