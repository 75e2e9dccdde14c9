import { internalError } from '../../core/errors.ts'
import type { TaskHooks } from '../threads/thread-messages.ts'
import { openThread } from '../threads/thread.ts'
import { onThread } from '../threads/worker-host.ts'
import type { Stack } from '../session/stacks.ts'
import type { CellLane, StackOfCell, StackOutcome } from './attack-cell.ts'
import { openCellLane } from './cell-lane.ts'
import { reopenedComparison, type PlainComparison } from './compare-run.ts'

/** A lane of a comparison as it is sent to a thread; the study and the stacks hold the same images. */
interface SentCells {
  readonly run: PlainComparison
  readonly model: number
  readonly stacks: readonly Stack[]
}

/** The thread's one lane. */
let lane: CellLane | undefined

/** What a thread with a lane of its own does. */
export const compareLaneTasks = {
  openCells: async ({ run, model, stacks }: SentCells): Promise<void> => {
    lane = await openCellLane(await reopenedComparison(run), model, stacks)
  },
  measureStack: (asked: StackOfCell, { signal }: TaskHooks): Promise<StackOutcome> => {
    if (lane === undefined) throw internalError('a thread was asked to attack before it had a lane')
    return lane.measure(asked, signal)
  },
  closeCells: () => lane?.close(),
}

/** A comparison's lane on a thread of its own, which does those tasks. @throws as `openCellLane` */
export async function cellLaneOnThread(
  run: PlainComparison,
  model: number,
  stacks: readonly Stack[],
): Promise<CellLane> {
  const sent = { run, model, stacks }
  const start = onThread('lane-worker')
  const { thread } = await openThread<typeof compareLaneTasks, 'openCells'>(start, 'openCells', sent)
  return {
    measure: (asked, signal) => thread.run('measureStack', asked, { signal }),
    close: async () => {
      await thread.run('closeCells', undefined)
      await thread.close()
    },
  }
}
