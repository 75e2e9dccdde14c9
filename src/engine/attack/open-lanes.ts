import type { ExportFolder } from '../../adapters/fs/export-folder.ts'
import { lanesOf } from '../session/lanes.ts'
import type { LearnedOfGroups } from '../session/preparation.ts'
import { createThread } from '../threads/thread.ts'
import { onThread } from '../threads/worker-host.ts'
import { openAttackLane, type AttackLane } from './attack-lane.ts'
import type { AttackRun, PlainRun } from './attack-run.ts'
import type { laneTasks } from './lane-tasks.ts'

/** What lanes share. */
interface Shared {
  readonly folder: ExportFolder
  readonly learned: LearnedOfGroups
}

/**
 * As many lanes as stacks are attacked at a time. One works on the thread that calls; of several each has a
 * thread, and its part of the processor, for all that is done to its stacks: files are read, pixels passed
 * over and results written where the model is. Every one must be closed. @throws as `openAttackLane`
 */
export async function openLanes(run: AttackRun, shared: Shared): Promise<AttackLane[]> {
  const { runtime, stacks } = run
  const count = Math.max(1, Math.min(lanesOf(runtime), stacks.length))
  if (count === 1) return [await openAttackLane(run, shared)]
  const device = { name: runtime.device, threads: Math.floor(runtime.threads / count) }
  const opening = Array.from({ length: count }, () => laneOnThread({ ...plain(run), device }, shared))
  const settled = await Promise.allSettled(opening)
  const lanes = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed === undefined) return lanes
  await Promise.all(lanes.map((lane) => lane.close()))
  throw failed.reason
}

function plain({ request, opened, study, stacks, exportId }: AttackRun): Omit<PlainRun, 'device'> {
  return { request, opened, study, stacks, exportId }
}

async function laneOnThread(run: PlainRun, { folder, learned }: Shared): Promise<AttackLane> {
  const thread = createThread<typeof laneTasks>(onThread('lane-worker'))
  try {
    await thread.run('open', { run, folder: folder.folder, learned })
  } catch (error) {
    await thread.close()
    throw error
  }
  return {
    attack: async (stack, hooks) => {
      const { outcome, files } = await thread.run('attack', stack, hooks)
      folder.adopt(files)
      return outcome
    },
    close: async () => {
      await thread.run('close', undefined)
      await thread.close()
    },
  }
}
