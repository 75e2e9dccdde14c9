import { z } from 'zod'
import type { FramePrediction, PredictReport } from '../../predict/predict-study.ts'
import { modelPreview } from '../models/model-views.ts'
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

export const modelsRouter = router({
  list: procedure.query(({ ctx }) => ctx.models.list()),
  add: procedure
    .input(z.strictObject({ file: z.string().min(1), card: z.string().min(1).optional() }))
    .mutation(({ input, ctx }) => ctx.models.add(input.file, input.card)),
  show: procedure
    .input(z.strictObject({ model: modelName }))
    .query(({ input, ctx }) => ctx.models.show(input.model)),
  /** What the model sees of a frame. */
  preview: procedure
    .input(frameAddress.extend({ model: modelName }))
    .query(async ({ input: { model, ...address }, ctx }) => {
      const info = await ctx.models.show(model)
      return modelPreview(await ctx.views.frame(address, info), info)
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
    const { images } = input
    const uids =
      images &&
      study.images.flatMap(({ sopInstanceUid }, place) => (images.includes(place) ? [sopInstanceUid] : []))
    const model = await ctx.models.pathOf(input.model)
    const request = {
      study,
      images: uids,
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
