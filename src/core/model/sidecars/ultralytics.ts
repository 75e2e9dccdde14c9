import { bytesOfPictures, said, type SidecarReader, type SidecarReading } from './sidecar.ts'
import type { ModelFacts } from '../model-facts.ts'

/** Tasks of theirs that are tasks of ours. */
const tasks: Readonly<Record<string, string>> = { detect: 'detection', classify: 'classification' }

/**
 * Metadata that Ultralytics writes into its graphs: the rest of a card follows from how its predictors work.
 */
export const ultralytics: SidecarReader = {
  files: [],
  read: (_files, { metadata }) => (isTheirs(metadata) ? reading(metadata) : undefined),
}

type Metadata = ModelFacts['metadata']

function isTheirs(metadata: Metadata): boolean {
  return 'imgsz' in metadata && 'task' in metadata && 'stride' in metadata
}

function reading(metadata: Metadata): SidecarReading {
  const at = (place: string) => `the graph's metadata: ${place}`
  const { task = '', imgsz = '', channels } = metadata
  const size = [...imgsz.matchAll(/\d+/g)].map(Number)
  const [rows, columns] = size
  const isClassifier = task === 'classify'
  const fit = isClassifier
    ? { kind: 'centre-crop', ...(rows === undefined ? {} : { shorterSide: rows }) }
    : { kind: 'letterbox', padValue: 114 / 255 }
  return {
    fields: [
      ...said('task', tasks[task], at('task')),
      ...said(
        'input.size',
        rows === undefined || columns === undefined ? undefined : [rows, columns],
        at('imgsz'),
      ),
      ...said('input.channels', channels === undefined ? undefined : Number(channels), at('channels')),
      ...said('intensity', bytesOfPictures, at('8-bit pictures')),
      ...said('fit', fit, at(`task (${task})`)),
      ...said('interpolation', isClassifier ? 'bilinear-antialiased' : 'bilinear', at(`task (${task})`)),
      ...said('rounding', 'uint8', at('8-bit pictures')),
      ...said('mean', [0], at(`task (${task})`)),
      ...said('std', [1], at(`task (${task})`)),
    ],
    notes: task in tasks ? [] : [`the graph's metadata: Ultralytics' task "${task}" is none of a card's`],
  }
}
