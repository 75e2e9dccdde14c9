import type { OpenedModel } from '../models/open-model.ts'
import type { JobHooks } from '../progress.ts'
import { openWorkModel, type WorkbenchTools } from '../workbench.ts'

interface AskedJudges extends Pick<WorkbenchTools, 'home' | 'runtime'> {
  readonly judges?: readonly string[] | undefined
}

/** Opens the held-out models of a request. @throws RadversaryError as `openModel` */
export async function openJudges(
  { judges = [], home, runtime }: AskedJudges,
  hooks: JobHooks,
): Promise<OpenedModel[]> {
  const opened: OpenedModel[] = []
  for (const model of judges) opened.push(await openWorkModel({ model, home, runtime }, hooks, false))
  return opened
}
