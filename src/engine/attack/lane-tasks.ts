import { joinExportFolder, type ExportFolder, type JoinedExport } from '../../adapters/fs/export-folder.ts'
import type { ManifestEntry } from '../../adapters/fs/manifest.ts'
import { internalError } from '../../core/errors.ts'
import type { LearnedOfGroups } from '../session/preparation.ts'
import { openThread } from '../threads/thread.ts'
import { onThread } from '../threads/worker-host.ts'
import type { AttackHooks } from './attack-hooks.ts'
import { openAttackLane, type AttackLane, type LaneTools, type StackOutcome } from './attack-lane.ts'
import { reopenedRun, type PlainRun } from './attack-run.ts'

/** A run as it is sent to a thread. */
interface SentRun {
  readonly run: PlainRun
  readonly folder: string
  readonly learned: LearnedOfGroups
}

/** A stack's outcome, with the files that were written or kept for it. */
interface SentOutcome {
  readonly outcome: StackOutcome
  readonly files: readonly ManifestEntry[]
}

/** The thread's one lane. */
let opened: { readonly lane: AttackLane; readonly folder: JoinedExport } | undefined

/** What a thread with a lane of its own does. */
export const attackLaneTasks = {
  openAttack: async ({ run, folder: path, learned }: SentRun): Promise<void> => {
    const folder = joinExportFolder(path)
    opened = { folder, lane: await openAttackLane(await reopenedRun(run), { folder, learned }) }
  },
  attackStack: async (stack: number, hooks: AttackHooks): Promise<SentOutcome> => {
    if (opened === undefined) throw internalError('a thread was asked to attack before it had a lane')
    const outcome = await opened.lane.attack(stack, hooks)
    return { outcome, files: opened.folder.handOver() }
  },
  closeAttack: () => opened?.lane.close(),
}

/** What a lane needs of a job that lists what its threads write. */
interface JobTools extends LaneTools {
  readonly folder: ExportFolder
}

/** An attack's lane on a thread of its own, which does those tasks. @throws as `openAttackLane` */
export async function attackLaneOnThread(run: PlainRun, { folder, learned }: JobTools): Promise<AttackLane> {
  const sent = { run, folder: folder.folder, learned }
  const start = onThread('lane-worker')
  const { thread } = await openThread<typeof attackLaneTasks, 'openAttack'>(start, 'openAttack', sent)
  return {
    attack: async (stack, hooks) => {
      const { outcome, files } = await thread.run('attackStack', stack, hooks)
      folder.adopt(files)
      return outcome
    },
    close: async () => {
      await thread.run('closeAttack', undefined)
      await thread.close()
    },
  }
}
