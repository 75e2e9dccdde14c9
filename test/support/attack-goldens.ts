import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { sizeOf, tensor, type Tensor } from '../../src/core/tensor/tensor.ts'

/** What scripts/goldens/attacks.py has written. */
function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/attacks/${name}`, import.meta.url))
}

/** The golden file of a group of attacks. */
export function readGolden<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
): Record<string, z.output<Schema>> {
  const { cases } = z
    .object({ cases: z.record(z.string(), schema) })
    .parse(JSON.parse(fixture(name).toString('utf8')))
  return cases
}

/** One norm for each sample, null where there was no success. */
export const norms = z.array(z.number().nullable())

/** Little-endian float32 in base64. */
export function unpacked(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** @param name a network of the fixtures: `model` classifies grey images, `peers` coloured ones, `segmenter` pixels */
export function goldenModel(name: 'model' | 'peers' | 'segmenter' = 'model'): Promise<DifferentiableModel> {
  return createOnnxModel({
    bytes: fixture(`${name}.onnx`),
    runtime: createOrtRuntime({ device: 'cpu', threads: 1 }),
  })
}

const images = z.object({
  shape: z.array(z.int()),
  levels: z.string(),
  labels: z.array(z.int()),
  logits: z.array(z.array(z.number())),
})

/** The first `count` images on 255 grey levels, [N, 1, 16, 16]; the classifier is right about all of them. */
export function goldenImages(count: number): { readonly images: Tensor; readonly labels: readonly number[] } {
  const { shape, levels, labels } = images.parse(JSON.parse(fixture('images.json').toString('utf8')))
  const chosen = [count, ...shape.slice(1)]
  const bytes = Buffer.from(levels, 'base64').subarray(0, sizeOf(chosen))
  return {
    images: tensor(
      chosen,
      Float32Array.from(bytes, (level) => level / 255),
    ),
    labels: labels.slice(0, count),
  }
}

const peers = images.omit({ logits: true }).extend({ cases: z.record(z.string(), z.string()) })

/** Two coloured images [2, 3, 16, 16] and what scripts/goldens/peers.py has had torchattacks make of them. */
export function peerGoldens(): { readonly images: Tensor; readonly cases: Readonly<Record<string, string>> } {
  const { shape, levels, cases } = peers.parse(JSON.parse(fixture('peers.json').toString('utf8')))
  const bytes = Buffer.from(levels, 'base64')
  return {
    images: tensor(
      shape,
      Float32Array.from(bytes, (level) => level / 255),
    ),
    cases,
  }
}

const goldenFile = z.object({ shape: z.array(z.int()), stride: z.int(), image: z.string() })

/**
 * What scripts/goldens/corruptions.py has corrupted, [C, H, W]; of the results every `stride`-th value is
 * kept.
 */
export function goldenImage(): { readonly image: Tensor; readonly stride: number } {
  const { shape, stride, image } = goldenFile.parse(JSON.parse(fixture('corruptions.json').toString('utf8')))
  return { image: tensor(shape, unpacked(image)), stride }
}

const segmented = z.object({
  shape: z.array(z.int()),
  levels: z.string(),
  almaProx: z.object({ share: z.number(), norms: z.array(z.number()) }),
  sea: z.object({ epsilon: z.number(), steps: z.int(), right: z.array(z.array(z.number())) }),
})

/** Grey images [N, 1, 24, 24], and what scripts/goldens/segmentation.py has found of their segmentation. */
export function segmentationGoldens() {
  const { shape, levels, ...found } = segmented.parse(JSON.parse(fixture('segmenter.json').toString('utf8')))
  const values = Float32Array.from(Buffer.from(levels, 'base64'), (level) => level / 255)
  return { images: tensor(shape, values), ...found }
}
