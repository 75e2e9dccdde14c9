import type { AttackRequest } from '../attack/attack-run.ts'
import type { CompareRequest } from '../compare/compare-run.ts'
import type { DeviceRequest } from '../device.ts'
import type { EvaluateRequest } from '../evaluate/evaluate-study.ts'
import type { CohortStudy } from './studies.ts'

/** What is done to each study of a cohort. */
export const cohortJobs = ['attack', 'compare', 'evaluate'] as const
export type CohortJob = (typeof cohortJobs)[number]

/** Many studies, and where what comes of them goes. */
export interface CohortSubject extends DeviceRequest {
  /** As `listStudies` lists them. */
  readonly studies: readonly CohortStudy[]
  /** Files and folders that the cohort may not be written into. */
  readonly sources: readonly string[]
  readonly home: string
  /** The cohort's folder. */
  readonly out: string
}

/** What one study is asked, less the study. */
type OfStudy<Request> = Omit<Request, 'study' | 'out' | 'untimed'>

export interface AttackCohort extends CohortSubject, OfStudy<AttackRequest> {
  readonly job: 'attack'
}

export interface CompareCohort extends CohortSubject, OfStudy<CompareRequest> {
  readonly job: 'compare'
}

export interface EvaluateCohort extends CohortSubject, OfStudy<EvaluateRequest> {
  readonly job: 'evaluate'
}

/** A job on each of many studies. */
export type CohortRequest = AttackCohort | CompareCohort | EvaluateCohort
