import { join } from 'node:path'
import { z } from 'zod'
import { comparisonCommand } from '../../../core/spec/command-line.ts'
import { comparisonSpec, type ComparisonSpec } from '../../../core/spec/comparison-spec.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { planCells } from '../../compare/plan-cells.ts'
import { jobOf, keptNow, onOwnThread, regionIn, subjectOf, type JobParts } from '../jobs/job-parts.ts'
import { createKeptJobs, type KeptJob, type KeptJobs } from '../jobs/kept-jobs.ts'
import { firstVersion, keptFields } from '../kept-request.ts'
import type { DrawnRegion } from '../region.ts'
import { titleOf } from '../studies/study-info.ts'
import { readComparison } from '../../compare/read-comparison.ts'

const schema = 'radversary/comparison-request/2'

const present = comparisonSpec.extend({ schema: z.literal(schema).default(schema), ...keptFields })

/**
 * Everything that a comparison needs to go on, as request.json in its folder; docs/workspace.md explains
 * every field. A region is named relative to the folder.
 */
export const comparisonRequest = z.union([
  present,
  firstVersion('radversary/comparison-request/1', schema, present),
])

type ComparisonRequest = Readonly<z.output<typeof present>>

/** A comparison as a page asks for it: its images named, its region drawn. */
export interface NewComparison extends Omit<ComparisonSpec, 'region'> {
  readonly paths: readonly string[]
  readonly region?: DrawnRegion | undefined
}

export type ComparisonInfo = KeptJob<ComparisonRequest>
export type ComparisonService = KeptJobs<NewComparison, ComparisonRequest, Comparison>

/** The comparisons of a home, a folder each: in result/ what `compareStudy` leaves. */
export function createComparisonService(parts: JobParts): ComparisonService {
  return createKeptJobs({
    what: 'Comparison',
    folder: join(parts.home, 'comparisons'),
    schema: comparisonRequest,
    turn: parts.turn,
    read: readComparison,
    requestOf: async (wanted: NewComparison) => {
      planCells(wanted.models.length, wanted.methods, wanted.budgets)
      const name = `${namesOf(wanted.methods)}, ${titleOf(wanted.paths)}`
      return comparisonRequest.parse({ ...wanted, ...(await keptNow(wanted, parts)), name })
    },
    command: (request: ComparisonRequest, folder) =>
      comparisonCommand(
        { ...request, region: regionIn(request, folder) },
        subjectOf(request, { models: request.models, out: 'COMPARISON' }),
      ),
    work: async (request, folder, hooks) => {
      const job = await jobOf(request, folder, parts)
      await onOwnThread(parts.threads, (thread) => thread.run('compare', job, hooks))
    },
  })
}

/** e.g. "smia, pgd and 5 more". */
function namesOf(methods: ComparisonSpec['methods']): string {
  const names = methods.map(({ name }) => name)
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
