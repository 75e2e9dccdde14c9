import { z } from 'zod'
import { RadversaryError } from '../errors.ts'
import { asKeras2 } from './keras3.ts'

/**
 * Types of weights that a model file can hold; a diagnostic model has float32 and, for axes and shapes, int32
 * and bool.
 */
const dataTypes = ['float32', 'int32', 'bool'] as const

const quantization = z.object({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  scale: z.number().optional(),
  min: z.number().optional(),
})

const weight = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.string(),
  quantization: quantization.optional(),
})

const modelJson = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(z.object({ paths: z.array(z.string().min(1)), weights: z.array(weight) })),
  signature: z.record(z.string(), z.unknown()).nullish(),
  userDefinedMetadata: z.record(z.string(), z.unknown()).nullish(),
  generatedBy: z.string().nullish(),
  convertedBy: z.string().nullish(),
})

export type TfjsFormat = 'layers-model' | 'graph-model'

/** One weight, as the manifest describes it. */
export interface TfjsWeightSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: (typeof dataTypes)[number]
  readonly quantization?: z.output<typeof quantization> | undefined
}

/** A group of weights, one after the other in its shards. */
export interface TfjsWeightGroup {
  /** Files beside model.json, with forward slashes. */
  readonly paths: readonly string[]
  readonly weights: readonly TfjsWeightSpec[]
}

/** A TensorFlow.js model.json, parsed: what the model is, and where its weights are. */
export interface TfjsManifest {
  readonly format: TfjsFormat
  readonly topology: Readonly<Record<string, unknown>>
  readonly groups: readonly TfjsWeightGroup[]
  readonly signature: Readonly<Record<string, unknown>> | undefined
  readonly userDefinedMetadata: Readonly<Record<string, unknown>>
  /** e.g. 'keras v2.7.0'. */
  readonly generatedBy: string | undefined
  readonly convertedBy: string | undefined
}

/**
 * Parses the text of a model.json in layers or graph format; what Keras 3 wrote comes out as Keras 2 writes
 * it. Throws `model-unreadable` for text that is none, for weights of another type than float32, int32 and
 * bool, and for shards that would lie outside the model's folder.
 */
export function parseModelJson(text: string, file: string): TfjsManifest {
  const parsed = modelJson.safeParse(parseJson(text, file))
  if (!parsed.success) throw unreadable(`a TensorFlow.js model.json`, wrongFields(parsed.error.issues), file)
  const { format, modelTopology, weightsManifest, signature, userDefinedMetadata, generatedBy, convertedBy } =
    parsed.data
  return asKeras2({
    format: formatOf(format, modelTopology, file),
    topology: modelTopology,
    groups: weightsManifest.map(({ paths, weights }) => ({
      paths: paths.map((path) => insideFolder(path, file)),
      weights: weights.map((spec) => ({ ...spec, dtype: dataTypeOf(spec, file) })),
    })),
    signature: signature ?? undefined,
    userDefinedMetadata: userDefinedMetadata ?? {},
    generatedBy: generatedBy ?? undefined,
    convertedBy: convertedBy ?? undefined,
  })
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadable('JSON', String(cause), file)
  }
}

/** Early layers models don't say what they are. */
function formatOf(format: string | undefined, topology: Record<string, unknown>, file: string): TfjsFormat {
  if (format === 'layers-model' || format === 'graph-model') return format
  if (format === undefined && 'node' in topology) return 'graph-model'
  if (format === undefined && ('model_config' in topology || 'class_name' in topology)) return 'layers-model'
  throw unreadable('the format layers-model or graph-model', String(format), file)
}

function dataTypeOf(
  { name, dtype }: { readonly name: string; readonly dtype: string },
  file: string,
): TfjsWeightSpec['dtype'] {
  const known = dataTypes.find((each) => each === dtype)
  if (known !== undefined) return known
  throw unreadable(
    `weights of ${dataTypes.join(', ')}`,
    `'${name}' of ${dtype}`,
    file,
    'Strings and complex numbers can’t be differentiated.',
  )
}

function insideFolder(path: string, file: string): string {
  const isInside = !/^([/\\]|[a-z]+:)/i.test(path) && !path.split(/[/\\]/).includes('..')
  if (isInside) return path
  throw unreadable(
    'shards beside model.json',
    path,
    file,
    'Put the shards into the model’s folder and name them relative to it.',
  )
}

function wrongFields(issues: readonly { readonly path: PropertyKey[]; readonly message: string }[]): string {
  return issues
    .map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`)
    .join('; ')
}

function unreadable(expected: string, got: string, file: string, tip?: string): RadversaryError {
  return new RadversaryError('model-unreadable', `TensorFlow.js model: expected ${expected}, got ${got}`, {
    file,
    tip: tip ?? 'Convert the model with tensorflowjs_converter, or save it with model.save of TensorFlow.js.',
  })
}
