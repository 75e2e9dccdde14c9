import { appTexts } from './texts/app.ts'
import { attackTexts } from './texts/attack.ts'
import { cardTexts } from './texts/card.ts'
import { comparisonsTexts } from './texts/comparisons.ts'
import { exportTexts } from './texts/export.ts'
import { figureTexts } from './texts/figure.ts'
import { jobsTexts } from './texts/jobs.ts'
import { modelTexts } from './texts/model.ts'
import { resultsTexts } from './texts/results.ts'
import { runsTexts } from './texts/runs.ts'
import { settingsTexts } from './texts/settings.ts'
import { studyTexts } from './texts/study.ts'
import { viewerTexts } from './texts/viewer.ts'

/**
 * Every text of the interface, by feature, ready for translation. Names of DICOM and of methods come from the
 * engine.
 */
export const texts = {
  ...appTexts,
  ...viewerTexts,
  ...studyTexts,
  ...modelTexts,
  ...cardTexts,
  ...runsTexts,
  ...comparisonsTexts,
  ...jobsTexts,
  ...attackTexts,
  ...resultsTexts,
  ...exportTexts,
  ...settingsTexts,
  ...figureTexts,
} as const
