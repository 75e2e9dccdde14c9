import { useState } from 'react'
import type { EvaluationInfo } from '../../../../engine/server/evaluations/evaluation-service.ts'
import { texts } from '../../texts.ts'
import { JobCard } from '../jobs/JobCard.tsx'
import { JobsPanel } from '../jobs/JobsPanel.tsx'
import { useEvaluations } from '../jobs/kept-jobs.ts'
import { EvaluationReport } from './EvaluationReport.tsx'
import { NewEvaluation } from './NewEvaluation.tsx'

/** Every evaluation that was kept, latest first, and a new one. */
export function EvaluationsPanel() {
  const [isCreating, setCreating] = useState(false)
  const [shown, setShown] = useState<string>()
  return (
    <JobsPanel
      list={useEvaluations()}
      texts={texts.evaluations}
      onCreate={() => {
        setCreating(true)
      }}
      card={(job: EvaluationInfo) => (
        <JobCard key={job.id} kind="evaluations" job={job} about={aboutOf(job)} onShow={setShown} />
      )}
    >
      {isCreating && (
        <NewEvaluation
          onClose={() => {
            setCreating(false)
          }}
        />
      )}
      {shown !== undefined && (
        <EvaluationReport
          id={shown}
          onClose={() => {
            setShown(undefined)
          }}
        />
      )}
    </JobsPanel>
  )
}

function aboutOf({ request: { protocol, models } }: EvaluationInfo): string {
  return texts.evaluations.about(protocol, models.length)
}
