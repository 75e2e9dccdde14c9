import { z } from 'zod'

const text = z.string().min(1)

/** A file's name, relative to the card, that leads nowhere else. @param kind in words */
export function fileBeside(pattern: RegExp, kind: string) {
  return z
    .string()
    .regex(pattern, `expected the name of ${kind}`)
    .refine(
      (name) => !/^[\\/]|^[A-Za-z]:|\\|(^|\/)\.\.(\/|$)/.test(name),
      'expected a file beside the card or below it, with forward slashes',
    )
}
const numbers = z.union([z.number(), z.boolean(), z.array(z.union([z.number(), z.boolean()])).min(1)])

/** What stands for a value that an image lacks, and how a value is standardised: (value − mean) / std. */
const taken = {
  default: numbers.optional(),
  mean: z.number().optional(),
  std: z.number().positive().optional(),
}

/**
 * Where the value of an input beside the image comes from: the card, the image's DICOM attributes, or files
 * beside the card that hold a value for each image, as a CSV's column or as arrays.
 */
const furtherInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: numbers }),
  z.strictObject({
    kind: z.literal('attribute'),
    attribute: z.string().regex(/^[A-Z][A-Za-z0-9]+$/, 'expected a DICOM keyword such as "PatientAge"'),
    /** Numbers of texts, e.g. {"M": 0, "F": 1}. */
    values: z.record(text, z.number()).optional(),
    ...taken,
  }),
  z.strictObject({
    kind: z.literal('table'),
    file: fileBeside(/\.csv$/i, 'a .csv file'),
    column: text,
    values: z.record(text, z.number()).optional(),
    ...taken,
  }),
  z.strictObject({ kind: z.literal('arrays'), folder: fileBeside(/./, 'a folder'), ...taken }),
])

/** By the name of the graph's input. */
export const furtherInputs = z.record(text, furtherInput)

export type FurtherInput = Readonly<z.output<typeof furtherInput>>
export type FurtherInputs = Readonly<Record<string, FurtherInput>>

/** Numbers of a card's value; truth values are 0 and 1. */
export function numbersOf(value: z.output<typeof numbers>): number[] {
  return [value].flat().map(Number)
}

/** Values that are the same for every image, by the graph's input. */
export function constantInputs(inputs: FurtherInputs = {}): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) =>
      input.kind === 'constant' ? [[name, numbersOf(input.value)] as const] : [],
    ),
  )
}

/** The graph's inputs whose values come with each image. */
export function besideNames(inputs: FurtherInputs = {}): string[] {
  return Object.entries(inputs).flatMap(([name, { kind }]) => (kind === 'constant' ? [] : [name]))
}
