/** Statements by their text: those of which a table has one for each of its kinds are made when they are first needed. */
import type { Database as Sqlite, Statement } from 'better-sqlite3'
import type { Stored } from './table.ts'

export class Statements {
  readonly #sqlite: Sqlite
  readonly #known = new Map<string, Statement>()

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }

  /** How many rows it changed. */
  run(sql: string, ...values: Stored[]): number {
    return this.#prepared(sql).run(...values).changes
  }

  all<Row>(sql: string, ...values: Stored[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[]
  }

  get<Row>(sql: string, ...values: Stored[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined
  }

  /** Rows as lists of their columns' values. */
  lists<Row extends readonly Stored[]>(sql: string, values: Readonly<Record<string, Stored>>): Row[] {
    return this.#prepared(sql).raw(true).all(values) as Row[]
  }

  #prepared(sql: string): Statement {
    const known = this.#known.get(sql)
    if (known) return known
    const statement = this.#sqlite.prepare(sql)
    this.#known.set(sql, statement)
    return statement
  }
}
