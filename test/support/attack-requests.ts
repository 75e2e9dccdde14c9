import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import type { ImageResult } from '../../src/engine/export/image-result.ts'
import { tinyNormalisation, type TinyClassifier } from './tiny-classifiers.ts'
import type { WrittenImage } from './small-study.ts'

/**
 * An attack on one thread of the CPU, strong enough for the tiny classifiers; `changes` say what a test is
 * about.
 */
export function attackRequest(
  { model, card }: Pick<TinyClassifier, 'model' | 'card'>,
  paths: { readonly study: string; readonly out: string },
  changes: Partial<AttackRequest> = {},
): AttackRequest {
  return {
    study: [paths.study],
    out: paths.out,
    home: join(paths.out, 'no-home'),
    model,
    card,
    device: 'cpu',
    threads: 1,
    method: 'smia',
    settings: { epsilon: '16/255', stepSize: '4/255', steps: 5 },
    seed: 0,
    earlyStop: false,
    batch: 4,
    forceIntensity: false,
    exports: ['series'],
    ...changes,
  }
}

/** Every file below a folder, by its path in it. */
export function filesBelow(folder: string): Map<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = paths.filter((path) => statSync(join(folder, path)).isFile()).sort()
  return new Map(files.map((path) => [relative('.', path), readFileSync(join(folder, path))]))
}

/** images/0001.json and so on. */
export function imageResults(out: string): ImageResult[] {
  const names = readdirSync(join(out, 'images')).sort()
  return names.map((name) => JSON.parse(readFileSync(join(out, 'images', name), 'utf8')) as ImageResult)
}

/** A size of change in stored values: the largest of all pixels. */
export function largestChange(source: readonly number[], changed: readonly number[]): number {
  return Math.max(...source.map((value, i) => Math.abs(value - changed[i]!)))
}

/** An intensity range in modality units. */
export interface Ends {
  readonly lower: number
  readonly upper: number
}

/**
 * What a tiny classifier takes for one frame of its own size: worked out from stored values, step by step as
 * the model card says.
 */
export function tinyInput(image: WrittenImage, stored: readonly number[], { lower, upper }: Ends): number[] {
  const { slope, intercept } = image.rescale ?? { slope: 1, intercept: 0 }
  return stored.map((value) => {
    const clipped = Math.min(Math.max((value * slope + intercept - lower) / (upper - lower), 0), 1)
    const bright = image.photometric === 'MONOCHROME1' ? 1 - clipped : clipped
    return (bright - tinyNormalisation.mean) / tinyNormalisation.std
  })
}
