import { RadversaryError } from '../../../core/errors.ts'

/** The whole device, for one comparison or evaluation at a time. */
export interface DeviceTurn {
  /** @returns what gives it back. @throws RadversaryError usage while another has it. */
  take(job: string): () => void
}

export function createDeviceTurn(): DeviceTurn {
  let holder: string | undefined
  return {
    take: (job) => {
      if (holder !== undefined) throw takenBy(holder)
      holder = job
      return () => {
        holder = undefined
      }
    },
  }
}

function takenBy(holder: string): RadversaryError {
  return new RadversaryError('usage', `Device: expected it to be free, got ${holder} in work`, {
    tip: 'One comparison or evaluation is worked on at a time, since each takes the whole device: wait for it, or cancel it.',
  })
}
