import { RadversaryError } from '../core/errors.ts'
import { errorJson, type Streams } from './output.ts'

/** Says that a command was interrupted, and what can be done. */
export function tellInterrupted({ out, err }: Streams, args: readonly string[]): void {
  const resuming = args[0] === 'attack' ? ' What was done is kept: the same command goes on from there.' : ''
  err.write(`Interrupted.${resuming}\n`)
  if (args.includes('--json')) out.write(errorJson(new RadversaryError('cancelled', 'Interrupted')))
}
