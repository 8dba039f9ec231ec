/** What may stand where, by a schema: which fields it has, and which keys a place in a file that it describes. */
import { z } from 'zod'

/** The keys that an object at `path` may have; none if there is no object. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const there = path.reduce<z.ZodType | undefined>((at, step) => {
    const inner = at && bare(at)
    if (inner instanceof z.ZodArray) return inner.element as z.ZodType
    if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType
    return inner && fieldOf(inner, String(step))
  }, schema)
  return Object.keys((there && fieldsOf(there)) ?? {})
}

export function fieldOf(schema: z.ZodType, name: string): z.ZodType | undefined {
  const fields = fieldsOf(schema)
  return fields && Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The fields of an object's schema; undefined for any other. */
export function fieldsOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = bare(schema)
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined
}

/** Without what says only that it may be left out, or be written in a shorter way. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return bare(schema.unwrap() as z.ZodType)
  }
  if (!(schema instanceof z.ZodPipe)) return schema
  const isCheckedFirst = schema.in instanceof z.ZodTransform || schema.in instanceof z.ZodCustom
  return bare((isCheckedFirst ? schema.out : schema.in) as z.ZodType)
}
