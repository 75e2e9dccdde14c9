import { dirname } from 'node:path'
import { proposeCard } from '../../../core/model/propose-card.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import type { DifferentiableModel } from '../../../core/model/ports.ts'
import type { DeviceRequest } from '../../device.ts'
import { connectModel } from '../../models/open-model.ts'
import { pixelModel } from '../../models/pixel-model.ts'
import { predictWith } from '../../predict/predict-study.ts'
import type { PredictReport } from '../../predict/predict-report.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import type { Study } from '../../study/open-study.ts'
import { workbenchOf, type Workbench } from '../../workbench.ts'
import { readDraft, type DraftRequest } from './draft-card.ts'

/** A model with a card that is still being written, and some images to try it on. */
export interface TryRequest extends DraftRequest, DeviceRequest {
  readonly study: Study
  /** SOP Instance UIDs. */
  readonly images: readonly string[]
  readonly labels?: string | undefined
}

let last: Promise<unknown> = Promise.resolve()

/**
 * Predicts some images by a card that need not be kept. One at a time. @throws RadversaryError as
 * `predictStudy`.
 */
export function tryModelCard(request: TryRequest, hooks: JobHooks = {}): Promise<PredictReport> {
  const trying = last.then(() => tryNow(request, hooks))
  last = trying.catch(() => undefined)
  return trying
}

async function tryNow(request: TryRequest, hooks: JobHooks): Promise<PredictReport> {
  throwIfCancelled(hooks.signal)
  const { file, given, cardFile } = await readDraft(request)
  const { obstaclesOf, ...plain } = file
  const folder = dirname(cardFile ?? file.path)
  const opened = { ...plain, ...proposeCard(file.facts, given, obstaclesOf), folder }
  const forced = { ...request, forceIntensity: true, forceReferences: true }
  const workbench = await workbenchOf(opened, forced, hooks)
  const model = pixelModel(await connectOnce(workbench), opened.card)
  throwIfCancelled(hooks.signal)
  return predictWith({ ...workbench, model }, hooks)
}

interface Connected {
  readonly key: string
  readonly model: DifferentiableModel
}

/** Stays connected while only what happens to images before it is changed. */
let connected: Connected | undefined

async function connectOnce({ opened, runtime, device }: Workbench): Promise<DifferentiableModel> {
  const key = JSON.stringify([opened.sha256, device, graphPart(opened.card)])
  if (connected?.key === key) return connected.model
  const left = connected
  connected = undefined
  await left?.model.dispose()
  const model = await connectModel(opened, runtime)
  connected = { key, model }
  return model
}

/** What of a card the connected graph may depend on: all but what happens to images, and words. */
function graphPart(card: ModelCard): object {
  return {
    ...card,
    name: undefined,
    modality: undefined,
    intensity: undefined,
    fit: undefined,
    interpolation: undefined,
    rounding: undefined,
    provenance: undefined,
  }
}
