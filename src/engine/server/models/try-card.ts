import { dirname } from 'node:path'
import { proposeCard } from '../../../core/model/propose-card.ts'
import type { DifferentiableModel } from '../../../core/model/ports.ts'
import type { DeviceRequest } from '../../device.ts'
import { connectableCard, connectModel } from '../../models/open-model.ts'
import { pixelModel } from '../../models/pixel-model.ts'
import { predictWith } from '../../predict/predict-study.ts'
import type { PredictReport } from '../../predict/predict-report.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import { workbenchOf, type Workbench } from '../../workbench.ts'
import { readDraft, type DraftRequest } from './draft-card.ts'
import { LastKept } from './last-kept.ts'

interface TriedFrame {
  readonly sopInstanceUid: string
  /** Counts from 0. */
  readonly frame: number
}

/** A model with a card that is still being written, and some images to try it on. */
export interface TryRequest extends DraftRequest, DeviceRequest {
  readonly study: Study
  readonly frames: readonly TriedFrame[]
  readonly labels?: string | undefined
}

/** Stays connected while only what happens to images before it is changed. */
const connected = new LastKept<DifferentiableModel>({ dispose: (model) => model.dispose() })

/**
 * Predicts some frames by a card that need not be kept. One at a time; its references are left for when it
 * is. @throws RadversaryError as `predictStudy`.
 */
export async function tryModelCard(request: TryRequest, hooks: JobHooks = {}): Promise<PredictReport> {
  throwIfCancelled(hooks.signal)
  const { file, given, cardFile } = await readDraft(request)
  const { obstaclesOf, ...plain } = file
  const { card, ...proposed } = proposeCard(file.facts, given, obstaclesOf)
  const opened = {
    ...plain,
    ...proposed,
    card: { ...card, references: undefined },
    folder: dirname(cardFile ?? file.path),
  }
  const { frames } = request
  const images = [...new Set(frames.map(({ sopInstanceUid }) => sopInstanceUid))]
  const workbench = await workbenchOf(opened, { ...request, images, forceIntensity: true }, hooks)
  const isWanted = ({ sopInstanceUid }: StudyImage, index: number) =>
    frames.some((each) => each.sopInstanceUid === sopInstanceUid && each.frame === index)
  return connectedTo(workbench, (model) => {
    throwIfCancelled(hooks.signal)
    return predictWith({ ...workbench, model: pixelModel(model, card), isWanted }, hooks)
  })
}

function connectedTo<Made>(
  { opened, runtime, device }: Workbench,
  work: (model: DifferentiableModel) => Promise<Made>,
): Promise<Made> {
  const key = JSON.stringify([opened.sha256, device, connectableCard(opened.card)])
  return connected.use(key, () => connectModel(opened, runtime), work)
}
