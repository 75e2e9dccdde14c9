import { resolve } from 'node:path'
import { physicalCores } from '../../adapters/ort/hardware.ts'
import { openAttackModel } from '../attack/attack-run.ts'
import { attackStudy } from '../attack/attack-study.ts'
import { openComparedModels } from '../compare/compare-run.ts'
import { compareStudy } from '../compare/compare-study.ts'
import { evaluateStudy, openEvaluatedModels } from '../evaluate/evaluate-study.ts'
import type { OpenedModel } from '../models/open-model.ts'
import type { JobHooks } from '../progress.ts'
import type { AttackCohort, CohortRequest, CompareCohort, EvaluateCohort } from './cohort-request.ts'

/** A study, and the folder of what comes of it. */
export interface StudyPlace {
  readonly study: readonly string[]
  readonly out: string
}

/** What a cohort does, study by study. */
export interface StudyWork {
  /** Opens the models, once for all studies. @throws RadversaryError for whatever stops all of them */
  openModels(hooks: JobHooks): Promise<readonly OpenedModel[]>
  /** Goes on where it was stopped. @throws RadversaryError; `isInputFault` of a study that can't be used */
  doStudy(place: StudyPlace, opened: readonly OpenedModel[], hooks: JobHooks): Promise<void>
}

/** Returns what a request does to each study. */
export function workOf(request: CohortRequest): StudyWork {
  switch (request.job) {
    case 'attack':
      return attackWork(request)
    case 'compare':
      return compareWork(request)
    case 'evaluate':
      return evaluateWork(request)
  }
}

function attackWork({ job: _, studies: __, sources: ___, out: ____, ...asked }: AttackCohort): StudyWork {
  return {
    openModels: async (hooks) => [await openAttackModel(asked, hooks)],
    doStudy: async (place, [opened], hooks) => {
      await attackStudy({ ...asked, ...place }, hooks, opened)
    },
  }
}

function compareWork({ job: _, studies: __, sources: ___, out: ____, ...asked }: CompareCohort): StudyWork {
  return {
    openModels: (hooks) => openComparedModels(asked, hooks),
    doStudy: async (place, opened, hooks) => {
      await compareStudy({ ...asked, ...sameEverywhere(asked, opened), ...place }, hooks, opened)
    },
  }
}

function evaluateWork({ job: _, studies: __, sources: ___, out: ____, ...asked }: EvaluateCohort): StudyWork {
  return {
    openModels: (hooks) => openEvaluatedModels(asked, hooks),
    doStudy: async (place, opened, hooks) => {
      await evaluateStudy({ ...asked, ...sameEverywhere(asked, opened), ...place }, hooks, opened)
    },
  }
}

/** What reports say of a run, as every machine says it: models by their files, threads, and no times. */
function sameEverywhere({ threads }: Pick<CohortRequest, 'threads'>, opened: readonly OpenedModel[]) {
  const models = opened.map(({ path }) => resolve(path))
  return { models, threads: threads ?? physicalCores(), untimed: true }
}
