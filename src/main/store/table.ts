/**
 * Between a table's rows (snake_case, numbers for booleans, JSON text) and their types (camelCase): what every table of this room is
 * made with. Prepares statements; which ones there are is each table's own.
 */
import type { Database as Sqlite } from 'better-sqlite3'

export type ColumnKind = 'text' | 'integer' | 'real' | 'flag' | 'json'
/** Every field of `Row`, with how it is stored. The column's name is the field's in snake_case. */
export type Columns<Row> = { readonly [Field in keyof Row]-?: ColumnKind }
export type Stored = string | number | null
export type Values = Record<string, Stored>
export type Query<Args extends Stored[], Row> = { get(...args: Args): Row | undefined; all(...args: Args): Row[] }

export class Table<Row extends object> {
  readonly #sqlite: Sqlite
  readonly #name: string
  readonly #columns: Columns<Row>
  readonly #fields: string[]
  /** Those that do not come out of SQLite as they are. */
  readonly #converted: { field: keyof Row; kind: 'flag' | 'json' }[]

  constructor(sqlite: Sqlite, name: string, columns: Columns<Row>) {
    this.#sqlite = sqlite
    this.#name = name
    this.#columns = columns
    this.#fields = Object.keys(columns)
    this.#converted = this.#fields.flatMap(name => {
      const field = name as keyof Row
      const kind: ColumnKind = columns[field]
      return kind === 'flag' || kind === 'json' ? { field, kind } : []
    })
  }

  /** `rest` is what follows `FROM table`. */
  query<Args extends Stored[]>(rest: string): Query<Args, Row> {
    // SQLite names the fields itself: to build each object here would take twice as long, while nothing else is answered.
    const columns = this.#fields.map(field => `${columnName(field)} AS ${field}`)
    const statement = this.#sqlite.prepare<Args, Row>(`SELECT ${columns.join(', ')} FROM ${this.#name} ${rest}`)
    return {
      get: (...args) => {
        const row = statement.get(...args)
        return row && this.#convert(row)
      },
      all: (...args) => {
        const rows = statement.all(...args)
        for (const row of rows) this.#convert(row)
        return rows
      },
    }
  }

  inserter(verb: 'INSERT' | 'INSERT OR REPLACE'): (row: Row) => void {
    const columns = this.#fields.map(columnName)
    const sql = `${verb} INTO ${this.#name} (${columns.join(', ')}) VALUES (${columns.map(column => `@${column}`).join(', ')})`
    const statement = this.#sqlite.prepare<[Values]>(sql)
    return row => {
      statement.run(this.values(row))
    }
  }

  /** The columns of those fields that `row` has, with their values as they are stored. */
  values(row: Partial<Row>): Values {
    const values: Values = {}
    for (const [field, value] of Object.entries(row)) {
      if (!Object.hasOwn(this.#columns, field)) throw new TypeError(`The table ${this.#name} has no column for ${field}`)
      if (value !== undefined) values[columnName(field)] = stored(this.#columns[field as keyof Row], value)
    }
    return values
  }

  /** In place. The casts are of our own making: a STRICT table holds only what `values` gave. */
  #convert(row: Row): Row {
    for (const { field, kind } of this.#converted) {
      const value = row[field] as Stored
      if (kind === 'flag') row[field] = (value === 1) as Row[keyof Row]
      else if (value !== null) row[field] = parsed(String(value)) as Row[keyof Row]
    }
    return row
  }
}

function stored(kind: ColumnKind, value: unknown): Stored {
  if (value === null) return null
  if (kind === 'json') return JSON.stringify(value)
  if (kind === 'flag') return value ? 1 : 0
  // Whole milliseconds and bytes: a clock's offset may have left a fraction, which a STRICT column would refuse.
  if (kind === 'integer') return Math.round(Number(value))
  return kind === 'real' ? Number(value) : String(value)
}

/** The most frequent values, by far, are known quicker than parsed. */
function parsed(json: string): unknown {
  if (json === '{}') return {}
  return json === '[]' ? [] : JSON.parse(json)
}

function columnName(field: string): string {
  return field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
