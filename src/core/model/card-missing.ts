import type { ModelFacts, TensorFacts } from './model-facts.ts'
import { canBeImage } from './port-obstacles.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** A field that a card must have, why the model file could not say it, and what it may look like. */
export interface Requirement {
  readonly field: string
  readonly why: (facts: ModelFacts) => string
  /** @param output the one that the card names */
  readonly example: (facts: ModelFacts, output: TensorFacts | undefined) => string
}

/**
 * All that can be missing but for what a task asks of its output; schema, file, name and task are proposed.
 */
const requirements: readonly Requirement[] = [
  {
    field: 'input.name',
    why: ({ inputs }) =>
      `the model has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}); say which takes the image`,
    example: ({ inputs }) => JSON.stringify(inputs[0]?.name ?? 'input'),
  },
  {
    field: 'input.layout',
    why: (facts) => `the input's shape ${shapeInWords(facts)} does not show which axis holds the channels`,
    example: () => '"NCHW" or "NHWC"',
  },
  {
    field: 'input.channels',
    why: (facts) => `the input's shape ${shapeInWords(facts)} does not show whether images are grey or RGB`,
    example: () => '1 or 3; of neighbouring slices as channels 1, beside "slices": {"count": 5}',
  },
  {
    field: 'input.size',
    why: (facts) =>
      `the input's shape ${shapeInWords(facts)} leaves rows and columns open; give the size it was trained with`,
    example: () => '[224, 224]',
  },
  {
    field: 'intensity',
    why: () => 'a model file does not say which intensities became 0 and 1',
    example: () =>
      '{"kind": "hu-window", "center": -600, "width": 1500} or {"kind": "stored-range", "lower": 0, "upper": 255}',
  },
  {
    field: 'fit',
    why: () => 'a model file does not say how images of other sizes were brought to the input size',
    example: () =>
      '{"kind": "stretch"}, {"kind": "letterbox"} or {"kind": "centre-crop", "shorterSide": 256}',
  },
  {
    field: 'interpolation',
    why: () => 'a model file does not say how images were resampled',
    example: () =>
      '"bilinear-antialiased" or "bicubic-antialiased" (Pillow), "bilinear" or "area" (OpenCV), "bilinear-asymmetric" (TensorFlow)',
  },
  { field: 'mean', why: () => 'a model file does not say what was subtracted from its input', example: () => '[0.485, 0.456, 0.406], or [0] for nothing' }, // prettier-ignore
  { field: 'std', why: () => 'a model file does not say what its input was divided by', example: () => '[0.229, 0.224, 0.225], or [1] for nothing' }, // prettier-ignore
  {
    field: 'output.name',
    why: ({ outputs }) =>
      outputs.length === 1
        ? `the model's only output ${outputs.map(({ shape }) => extentsInWords(shape)).join('')} looks like features, not scores`
        : `the model has ${outputs.length} outputs (${outputs.map(({ name }) => name).join(', ')}); say which holds the classes`,
    example: ({ outputs }) => JSON.stringify(outputs[0]?.name ?? 'logits'),
  },
]

/** A field that is not there, why the file doesn't say it, and what it may look like. */
export interface MissingField {
  readonly field: string
  readonly why: string
  readonly example: string
}

/** Every field of `card` that is not there, or null. @param ofTask what its task asks for beside */
export function missingFields(
  card: JsonObject,
  facts: ModelFacts,
  ofTask: readonly Requirement[],
): MissingField[] {
  const name = valueAt(card, ['output', 'name'])
  const output = facts.outputs.find((each) => each.name === name)
  return [...requirements, ...ofTask]
    .filter(({ field }) => (valueAt(card, field.split('.')) ?? undefined) === undefined)
    .map(({ field, why, example }) => ({ field, why: why(facts), example: example(facts, output) }))
}

/** A line of an error's list. */
export function missingInWords({ field, why, example }: MissingField): string {
  return `${field}: missing; ${why}. Example: ${example}`
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as JsonObject)[key] : undefined),
    value,
  )
}

function shapeInWords({ inputs }: ModelFacts): string {
  return extentsInWords((inputs.find(canBeImage) ?? inputs[0])?.shape ?? [])
}

function extentsInWords(shape: TensorFacts['shape']): string {
  return `[${shape.map((extent) => extent ?? '?').join(', ')}]`
}
