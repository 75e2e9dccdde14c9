import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../../adapters/fs/json-file.ts'
import type { Headline } from '../../core/evaluate/headline.ts'
import type { Proportion } from '../../core/evaluate/statistics.ts'
import { comparisonName } from './compare-study.ts'
import { comparisonSchema, type ComparedCell, type Comparison, type Transfer } from './comparison.ts'

/** What a comparison has left in its folder. @throws RadversaryError io-failed for a damaged one. */
export function readComparison(folder: string): Promise<Comparison> {
  return readJson(join(folder, comparisonName), z.union([present, first]))
}

/** Called what was fooled of those right before `successOfUnmet`, and of a judge `success`. */
const firstSchema = 'radversary/comparison/1'

type FirstTransfer = Pick<Transfer, 'model'> & { readonly success: Proportion }
type FirstCell = Omit<ComparedCell, keyof Headline | 'transfer'> & {
  readonly slices: number
  readonly successOfUnmet: Proportion
  readonly transfer: readonly FirstTransfer[]
}
type FirstComparison = Omit<Comparison, 'schema' | 'cells'> & { readonly cells: readonly FirstCell[] }

/** Written by us and guarded by a manifest, so the schema's name says all. */
function ofSchema<T>(schema: string) {
  return z.custom<T>(
    (value) => typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema,
  )
}

const present = ofSchema<Comparison>(comparisonSchema)
const first = ofSchema<FirstComparison>(firstSchema).transform(upgraded)

function upgraded({ cells, ...rest }: FirstComparison): Comparison {
  const headline = (slices: number, fooled: Proportion) => ({
    slices,
    fooled,
    metBefore: slices - fooled.count,
  })
  return {
    ...rest,
    schema: comparisonSchema,
    cells: cells.map(({ successOfUnmet, transfer, slices, ...cell }) => ({
      ...cell,
      ...headline(slices, successOfUnmet),
      transfer: transfer.map(({ model, success }) => ({ model, ...headline(slices, success) })),
    })),
  }
}
