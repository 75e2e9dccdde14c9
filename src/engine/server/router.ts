import { about } from './routers/about.ts'
import { attacksRouter } from './routers/attacks.ts'
import { comparisonsRouter } from './routers/comparisons.ts'
import { deviceRouter } from './routers/device.ts'
import { filesRouter } from './routers/files.ts'
import { modelsRouter } from './routers/models.ts'
import { runsRouter } from './routers/runs.ts'
import { settingsRouter } from './routers/settings.ts'
import { studiesRouter } from './routers/studies.ts'
import { router } from './trpc.ts'

/** Everything that can be asked of the engine, but for pixels (see `frames`). */
export const engineRouter = router({
  about,
  attacks: attacksRouter,
  comparisons: comparisonsRouter,
  device: deviceRouter,
  files: filesRouter,
  models: modelsRouter,
  runs: runsRouter,
  settings: settingsRouter,
  studies: studiesRouter,
})

/** For clients: the renderer imports this type and nothing else of the engine. */
export type EngineRouter = typeof engineRouter
