import type { AttackMethod } from '../../core/attacks/attack.ts'
import type { FrameTask } from './frame-attack.ts'
import type { ConfiguredMethod } from './method-settings.ts'

/** Frames that are attacked together: of one shape, and of one budget. */
export interface FrameBatch {
  readonly method: AttackMethod
  readonly members: FrameTask[]
}

/** @param most frames of a batch at most */
export function frameBatches(
  tasks: readonly FrameTask[],
  configured: ConfiguredMethod,
  most: number,
): FrameBatch[] {
  const all: FrameBatch[] = []
  for (const task of tasks) {
    const method = configured.forScale(task.frame.scale)
    const last = all.at(-1)
    const fits = last?.method === method && last.members.length < most && sameShape(last.members[0], task)
    if (fits) last.members.push(task)
    else all.push({ method, members: [task] })
  }
  return all
}

function sameShape(a: FrameTask | undefined, b: FrameTask): boolean {
  return a?.frame.float.relative.shape.join() === b.frame.float.relative.shape.join()
}
