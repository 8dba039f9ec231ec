/** `drover host undrain HOST`. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { setDrained } from '../drain.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  return await setDrained(cli, args.required('HOST'), false)
}
