import type { EngineNotice, MenuEvent } from '../../../shared/bridge.ts'
import { queryClient } from '../api/client.ts'
import { EngineFault } from '../api/fault.ts'
import { desktop, droppedPaths } from '../api/native.ts'
import { notifyUser } from '../api/notify.ts'
import { openStudy } from '../features/study/open-study.ts'
import { setUi, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'

/** Hears the menus and the engine's keeper, in the desktop application. Returns what ends it. */
export function listenToDesktop(): () => void {
  const bridge = desktop()
  const endings = [bridge?.onMenu(obeyMenu), bridge?.onEngine(hearEngine)]
  return () => {
    for (const end of endings) end?.()
  }
}

function obeyMenu(event: MenuEvent): void {
  if (event.type === 'open') void openStudy(event.paths)
  else if (event.command !== 'tags' || useUi.getState().studies.length > 0) setUi({ dialog: event.command })
}

function hearEngine({ state }: EngineNotice): void {
  // What was asked meanwhile has failed; what is asked now is answered.
  if (state === 'restarted') void queryClient.invalidateQueries()
  else {
    const message = state === 'crashed' ? texts.errors.crashed : texts.errors.givenUp
    const tip = state === 'crashed' ? texts.errors.crashedTip : texts.errors.unreachableTip
    notifyUser(new EngineFault({ code: 'internal', message, tip, file: null }))
  }
}

/** Whether a file's name is that of a model. */
function isModel(name: string): boolean {
  return /(\.onnx|(^|[\\/])model\.json)$/i.test(name)
}

/**
 * Opens what was dropped on the window: a model, beside whatever holds its weights, or else a study. A
 * browser does not say where files lie: there they have to be picked.
 */
export function takeDropped(files: readonly File[]): void {
  const paths = droppedPaths(files)
  const modelFile = paths.find(isModel)
  if (modelFile !== undefined || files.some(({ name }) => isModel(name)))
    setUi({ dialog: 'add-model', ...(modelFile !== undefined && { modelFile }) })
  else if (paths.length > 0) void openStudy(paths)
  else if (files.length > 0) setUi({ dialog: 'open' })
}
