import { z } from 'zod'
import { askedAttack, attackSpec } from './attack-spec.ts'
import { comparisonPresets } from './presets.ts'
import { protocols, type ProtocolName } from './protocols.ts'

const { method, settings } = attackSpec.shape
const budgets = z.array(z.string().min(1)).readonly()

/** What a comparison does not take of an attack: the one method, and what is exported (nothing is). */
const shared = { method: true, settings: true, exports: true } as const

/** `as`: what it is called beside the others, where one method is there with several settings. */
const comparedMethod = z.strictObject({ name: method, settings, as: z.string().min(1).max(200).optional() })

const grid = {
  /** Names of models, or files. */
  models: z
    .array(z.string().min(1))
    .min(1)
    .readonly()
    .describe('the models, each with its card beside it; may be several'),
  methods: z.array(comparedMethod).min(1).readonly().describe('the methods, as of `attack`'),
  /** Texts with a unit, e.g. 8/255, by the norm that they bound. */
  budgets: z.strictObject({
    Linf: budgets.describe('budgets of the methods that bound every pixel'),
    L2: budgets.describe('budgets of the methods that bound the Euclidean norm; default: each one’s preset'),
  }),
  transfer: z.boolean().describe('judge what is made on each model on the others too'),
}

/** Several methods at several budgets on several models; each cell is an attack. */
export const comparisonSpec = attackSpec.omit(shared).extend(grid)

/** The same as it is asked for: what is left out is at its preset. */
export const askedComparison = askedAttack.omit(shared).extend({
  ...grid,
  methods: z
    .array(comparedMethod.extend({ settings: settings.default({}) }))
    .min(1)
    .readonly(),
  transfer: grid.transfer.default(comparisonPresets.transfer),
})

const ofProtocol = { methods: true, budgets: true, transfer: true } as const
const protocol = z.enum(Object.keys(protocols) as [ProtocolName, ...ProtocolName[]])

/** What an evaluation is asked, whose protocol says methods, budgets and whether transfer is judged. */
export const evaluationSpec = comparisonSpec.omit(ofProtocol).extend({
  protocol,
  /** In the place of the protocol's budget; its curve goes with it. */
  epsilon: z.string().min(1).optional(),
  /** Columns of the labels file, as `subgroupColumn` reads them. */
  subgroups: z.array(z.string().min(1)).min(1).readonly().optional(),
  /** Whether the report shows pixels of the study: the worst, the median and a withstanding image. */
  pictures: z.boolean(),
})

/** The same as it is asked for: what is left out is at its preset. */
export const askedEvaluation = askedComparison.omit(ofProtocol).extend({
  ...evaluationSpec.pick({ epsilon: true, subgroups: true }).shape,
  protocol: protocol.default('standard'),
  pictures: z.boolean().default(true),
})

export type EvaluationSpec = Readonly<z.output<typeof evaluationSpec>>
export type ComparisonSpec = Readonly<z.output<typeof comparisonSpec>>
export type ComparedMethod = Readonly<z.output<typeof comparedMethod>>
