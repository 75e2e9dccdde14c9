import { join } from 'node:path'
import { z } from 'zod'
import { readBytes } from '../../../adapters/fs/read-file.ts'
import { evaluationCommand } from '../../../core/spec/command-line.ts'
import { evaluationSpec, type EvaluationSpec } from '../../../core/spec/comparison-spec.ts'
import { reportName } from '../../evaluate/evaluate-study.ts'
import { jobOf, keptNow, onOwnThread, regionIn, subjectOf, type JobParts } from '../jobs/job-parts.ts'
import { createKeptJobs, type KeptJob, type KeptJobs } from '../jobs/kept-jobs.ts'
import { keptFields } from '../kept-request.ts'
import type { DrawnRegion } from '../region.ts'
import { titleOf } from '../studies/study-info.ts'

const schema = 'radversary/evaluation-request/1'

/**
 * Everything that an evaluation needs to go on, as request.json in its folder; docs/workspace.md explains
 * every field. A region is named relative to the folder.
 */
const evaluationRequest = evaluationSpec.extend({
  schema: z.literal(schema).default(schema),
  pictures: evaluationSpec.shape.pictures.default(true),
  ...keptFields,
})

type EvaluationRequest = Readonly<z.output<typeof evaluationRequest>>

/** An evaluation as a page asks for it: its images named, its region drawn. */
export interface NewEvaluation extends Omit<EvaluationSpec, 'region'> {
  readonly paths: readonly string[]
  readonly region?: DrawnRegion | undefined
}

export type EvaluationInfo = KeptJob<EvaluationRequest>
/** What an evaluation that is done has left for a page: its report as HTML, and its folder. */
export interface EvaluationReport {
  readonly folder: string
  readonly html: string
}
export type EvaluationService = KeptJobs<NewEvaluation, EvaluationRequest, EvaluationReport>

/** The evaluations of a home, a folder each: in result/ what `evaluateStudy` leaves. */
export function createEvaluationService(parts: JobParts): EvaluationService {
  return createKeptJobs({
    what: 'Evaluation',
    folder: join(parts.home, 'evaluations'),
    schema: evaluationRequest,
    turn: parts.turn,
    read: async (folder) => {
      const bytes = await readBytes({ path: join(folder, reportName) })
      return { folder, html: new TextDecoder().decode(bytes) }
    },
    requestOf: async (wanted: NewEvaluation) => {
      const name = `${wanted.models.join(', ')}, ${wanted.protocol}, ${titleOf(wanted.paths)}`.slice(0, 200)
      return evaluationRequest.parse({ ...wanted, ...(await keptNow(wanted, parts)), name })
    },
    command: (request: EvaluationRequest, folder) =>
      evaluationCommand(
        { ...request, region: regionIn(request, folder) },
        subjectOf(request, { models: request.models, out: 'EVAL' }),
      ),
    work: async (request, folder, hooks) => {
      const job = await jobOf(request, folder, parts)
      await onOwnThread(parts.threads, (thread) => thread.run('evaluate', job, hooks))
    },
  })
}
