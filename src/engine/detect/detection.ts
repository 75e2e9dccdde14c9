import type { Auc } from '../../core/evaluate/auc.ts'
import {
  entropy,
  featureSqueezing,
  kernelDensity,
  mahalanobis,
  type Detector,
  type SeenImage,
} from '../../core/evaluate/detectors.ts'

/** In detection.json. */
export const detectionSchema = 'radversary/detection/1'

export const detectorNames = ['mahalanobis', 'kernel-density', 'feature-squeezing', 'entropy'] as const
export type DetectorName = (typeof detectorNames)[number]

/** The detectors, fitted to clean images where they are fitted at all. */
export function fittedDetectors(fit: readonly SeenImage[]): Readonly<Record<DetectorName, Detector>> {
  return {
    mahalanobis: mahalanobis(fit),
    'kernel-density': kernelDensity(fit),
    'feature-squeezing': featureSqueezing,
    entropy,
  }
}

/** How a detector does against one run. */
export interface DetectorResult {
  readonly detector: DetectorName
  /** A rate or area of attacked against clean images, with an interval by patient. */
  readonly auc: Auc
  /** The same of those images alone whose class has changed; null where none has. */
  readonly aucOfChanged: Auc | null
  /** Part of the attacked images that is found where 5 % of the clean ones are taken for attacked. */
  readonly foundAt5: number
  /** False alarms and detections, from (0, 0) to (1, 1). */
  readonly roc: readonly (readonly [number, number])[]
}

/** A run whose images detectors were asked about. */
export interface DetectedRun {
  readonly run: string
  readonly method: string
  /** As the run's record has them. */
  readonly settings: unknown
  readonly images: number
  /** How many of them have another class than before, whichever was labelled. */
  readonly changed: number
  readonly detectors: readonly DetectorResult[]
}

/** docs/detectors.md explains every field. */
export interface Detection {
  readonly schema: typeof detectionSchema
  readonly notice: string
  readonly exportId: string
  readonly software: { readonly name: 'Radversary'; readonly version: string }
  readonly model: { readonly name: string; readonly sha256: string; readonly device: string }
  readonly tensors: readonly string[]
  readonly fitted: { readonly images: number; readonly patients: number }
  readonly clean: { readonly images: number; readonly patients: number }
  readonly runs: readonly DetectedRun[]
  readonly warnings: readonly string[]
  readonly failures: readonly { readonly file: string; readonly code: string; readonly message: string }[]
}
