import type { ComparisonService } from './comparisons/comparison-service.ts'
import type { DeviceChooser } from './device-chooser.ts'
import type { EngineThreads } from './engine-threads.ts'
import type { EvaluationService } from './evaluations/evaluation-service.ts'
import type { FrameCache } from './frames/frame-cache.ts'
import type { RunFrames, StudyFrames } from './frames/run-frames.ts'
import type { EngineLog } from './log.ts'
import type { Gradients } from './models/gradients.ts'
import type { ModelRegistry } from './models/model-registry.ts'
import type { ModelViews } from './models/model-views.ts'
import type { Resources } from './resources.ts'
import type { RunService } from './runs/run-service.ts'
import type { SessionFile } from './session-file.ts'
import type { SettingsFile } from './settings-file.ts'
import type { RecentStudies } from './studies/recent-studies.ts'
import type { StudyStore } from './studies/study-store.ts'

/** What procedures and binary routes work on: one per engine. */
export interface EngineContext {
  /** The user's folder: models, runs, settings, logs. */
  readonly home: string
  readonly resources: Resources
  readonly log: EngineLog
  readonly settings: SettingsFile
  readonly session: SessionFile
  readonly recent: RecentStudies
  readonly studies: StudyStore
  readonly threads: EngineThreads
  readonly cache: FrameCache
  readonly frames: StudyFrames
  readonly runs: RunService
  readonly comparisons: ComparisonService
  readonly evaluations: EvaluationService
  readonly runFrames: RunFrames
  readonly models: ModelRegistry
  readonly views: ModelViews
  readonly gradients: Gradients
  readonly device: DeviceChooser
}
