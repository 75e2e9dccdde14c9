import { z } from 'zod'
import type { FramePrediction, PredictReport } from '../../predict/predict-report.ts'
import { imageCardOf } from '../../../core/model/card.ts'
import { cardPresets } from '../../../core/model/card-presets.ts'
import { cardPreview } from '../models/card-preview.ts'
import { modelPreview } from '../models/model-views.ts'
import type { Study } from '../../study/open-study.ts'
import { imageAt } from '../studies/study-store.ts'
import { streamed, type JobEvent } from '../streamed.ts'
import { procedure, router } from '../trpc.ts'
import { frameAddress, modelName, studyId } from './page-requests.ts'

export type PredictEvent =
  | JobEvent
  | {
      readonly type: 'predictions'
      readonly classes: readonly string[]
      readonly predictions: readonly FramePrediction[]
      readonly agreement: PredictReport['agreement']
      readonly failures: PredictReport['failures']
      readonly notices: PredictReport['notices']
    }

const predictInput = z.strictObject({
  study: studyId,
  /** Places in the study; all by default. */
  images: z.array(z.int().min(0)).min(1).optional(),
  model: modelName,
  labels: z.string().min(1).optional(),
  /** Whether the user has confirmed that the card is applied to images that it does not suit. */
  forceIntensity: z.boolean().default(false),
  /** The same of a model that departs from its card's references. */
  forceReferences: z.boolean().optional(),
})

const chosenImages = predictInput.pick({ study: true, images: true, model: true })

/** A card that is still being written, of a model's file or name. */
const cardDraft = z.strictObject({
  model: modelName,
  /** The card's file, where it does not lie beside the model. */
  card: z.string().min(1).optional(),
  /** Parsed JSON, any part of a card; by default what the file says. */
  given: z.record(z.string(), z.unknown()).optional(),
})

const writtenCard = cardDraft.required({ given: true })

/** A model that is loaded is not to be lost to a page that leaves predictions as fields change. */
const graceMs = 30_000

const cardsRouter = router({
  presets: procedure.query(() => cardPresets),
  /** What was read off a model, what is wrong with its card so far, and which fields there are. */
  draft: procedure.input(cardDraft).mutation(async ({ input, ctx: { models, threads, home } }) => {
    const model = await models.pathOf(input.model)
    return threads.compute.run('draftModelCard', { ...input, model, home })
  }),
  /** What a model would see of a frame, channel by channel where they are series; null while the card does not say that. */
  preview: procedure
    .input(frameAddress.extend({ given: z.unknown() }))
    .mutation(async ({ input: { given, ...address }, ctx: { views } }) => {
      const card = imageCardOf(given)
      if (card === undefined) return null
      const channels = await views.draftChannels(address, card)
      return channels.map(({ name, frame, card }) => ({ name, ...cardPreview(frame, card) }))
    }),
  /** Predictions of a few frames, and their agreement with labels. */
  try: procedure
    .input(
      writtenCard.extend({
        study: studyId,
        frames: z
          .array(z.strictObject({ image: z.int().min(0), frame: z.int().min(0) }))
          .min(1)
          .max(5),
        labels: z.string().min(1).optional(),
      }),
    )
    .mutation(async ({ input: { frames, ...asked }, ctx, signal }) => {
      const opened = await ctx.studies.find(asked.study)
      const request = {
        ...asked,
        study: { ...opened.study, failures: [] },
        frames: frames.map(({ image, frame }) => ({
          sopInstanceUid: imageAt(opened, image).sopInstanceUid,
          frame,
        })),
        model: await ctx.models.pathOf(asked.model),
        home: ctx.home,
        ...(await ctx.device.request()),
      }
      return ctx.threads.compute.run('tryModelCard', request, { signal }, graceMs)
    }),
  /** Keeps model and card in the workspace. */
  keep: procedure
    .input(writtenCard)
    .mutation(async ({ input, ctx: { models } }) =>
      models.add({ ...input, model: await models.pathOf(input.model) }),
    ),
  /** Writes the card beside its model; gives its path. */
  save: procedure
    .input(writtenCard.extend({ replace: z.boolean() }))
    .mutation(async ({ input, ctx: { models, threads, home } }) => {
      const model = await models.pathOf(input.model)
      return threads.compute.run('saveCardBeside', { ...input, model, home })
    }),
})

function uidsOf({ images }: Study, places: readonly number[]): string[] {
  return images.flatMap(({ sopInstanceUid }, place) => (places.includes(place) ? [sopInstanceUid] : []))
}

export const modelsRouter = router({
  cards: cardsRouter,
  list: procedure.query(({ ctx }) => ctx.models.list()),
  show: procedure
    .input(z.strictObject({ model: modelName }))
    .query(({ input, ctx }) => ctx.models.show(input.model)),
  /** What the model sees of a frame. */
  preview: procedure
    .input(frameAddress.extend({ model: modelName }))
    .query(async ({ input: { model, ...address }, ctx }) => {
      const info = await ctx.models.show(model)
      return modelPreview(await ctx.views.frame(address, info), info.card)
    }),
  /** Why a model's card does not suit it, or some images; none where it does. */
  mismatches: procedure.input(chosenImages).query(async ({ input: { model, ...chosen }, ctx }) => {
    const info = await ctx.models.show(model)
    return [...(info.references?.departures ?? []), ...(await ctx.views.mismatches(chosen, info))]
  }),
  /** Predicts every frame of a study or of some of its images. */
  predict: procedure.input(predictInput).mutation(async function* ({
    input,
    ctx,
    signal,
  }): AsyncGenerator<PredictEvent> {
    const { study } = await ctx.studies.find(input.study)
    const model = await ctx.models.pathOf(input.model)
    const request = {
      study,
      images: input.images && uidsOf(study, input.images),
      model,
      labels: input.labels,
      forceIntensity: input.forceIntensity,
      forceReferences: input.forceReferences,
      home: ctx.home,
      ...(await ctx.device.request()),
    }
    const { classes, predictions, agreement, failures, notices } = yield* streamed(
      (hooks) => ctx.threads.compute.run('predict', request, hooks),
      signal,
    )
    yield { type: 'predictions', classes, predictions, agreement, failures, notices }
  }),
})
