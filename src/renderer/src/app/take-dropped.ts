import { droppedPaths } from '../api/native.ts'
import { openStudy } from '../features/study/open-study.ts'
import { setUi } from '../state/ui-store.ts'

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
