import { useState } from 'react'
import type { ComparisonInfo } from '../../../../engine/server/comparisons/comparison-service.ts'
import { texts } from '../../texts.ts'
import { JobCard } from '../jobs/JobCard.tsx'
import { JobsPanel } from '../jobs/JobsPanel.tsx'
import { useComparisons } from '../jobs/kept-jobs.ts'
import { ComparisonResult } from './ComparisonResult.tsx'
import { NewComparison } from './NewComparison.tsx'

/** Every comparison that was kept, latest first, and a new one. */
export function ComparisonsPanel() {
  const [isCreating, setCreating] = useState(false)
  const [shown, setShown] = useState<string>()
  return (
    <JobsPanel
      list={useComparisons()}
      texts={texts.comparisons}
      onCreate={() => {
        setCreating(true)
      }}
      card={(job: ComparisonInfo) => (
        <JobCard key={job.id} kind="comparisons" job={job} about={aboutOf(job)} onShow={setShown} />
      )}
    >
      {isCreating && (
        <NewComparison
          onClose={() => {
            setCreating(false)
          }}
        />
      )}
      {shown !== undefined && (
        <ComparisonResult
          comparison={shown}
          onClose={() => {
            setShown(undefined)
          }}
        />
      )}
    </JobsPanel>
  )
}

function aboutOf({ request: { methods, budgets, models } }: ComparisonInfo): string {
  return texts.comparisons.cells(methods.length, budgets.Linf.length + budgets.L2.length, models.length)
}
