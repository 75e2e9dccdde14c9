import type { ModelCard } from '../../core/model/card.ts'
import type { GoalSpec } from '../../core/spec/attack-spec.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import { openWantedMasks } from '../labels/open-masks.ts'
import type { OpenedModel } from '../models/open-model.ts'
import type { JobHooks } from '../progress.ts'
import { openWorkModel, type WorkbenchTools } from '../workbench.ts'

type Asked = Parameters<typeof openWantedMasks>[1] & GoalSpec

interface AskedJudges extends Pick<WorkbenchTools, 'home' | 'runtime'>, Asked {
  readonly judges?: readonly string[] | undefined
}

/** Opens the held-out models of a request. @throws RadversaryError as `openModel` */
export async function openJudges(request: AskedJudges, hooks: JobHooks): Promise<OpenedModel[]> {
  const { judges = [], home, runtime } = request
  const opened: OpenedModel[] = []
  for (const model of judges) {
    const judge = await openWorkModel({ model, home, runtime }, hooks, false)
    await checkAsked(judge.card, request)
    opened.push(judge)
  }
  return opened
}

/** Checks before the attack what a judge is asked after it: goal, masks and labels. */
async function checkAsked(card: ModelCard, request: AskedJudges): Promise<void> {
  rulesOf(card.task).goal(card, request)
  await openWantedMasks(card, request)
}
