import { entry } from '../entry.ts'
import { addScaled } from '../math/planes.ts'
import { logitOfMeanSigmoid, logOfMeanSoftmax, meanSigmoidSlope, meanSoftmaxSlope } from '../math/votes.ts'
import { extentOf, sizeOf, tensor, type Tensor } from '../tensor/tensor.ts'

/** The mean of tensors of one shape. */
export function meanOf(all: readonly Tensor[]): Tensor {
  const first = entry(all, 0)
  if (all.length === 1) return first
  const sum = tensor(first.shape)
  for (const { data } of all) addScaled(sum.data, 1 / all.length, data)
  return sum
}

interface AnsweringCard {
  readonly task?: string
  readonly output?: { readonly activation?: string }
}

/** By which answers vote: the output's activation; none of a detector, whose scores lie beside its boxes. */
export function voteActivation({ task, output }: AnsweringCard): string | undefined {
  return task === 'detection' ? undefined : output?.activation
}

/**
 * Logits whose probabilities are the mean of several answers' probabilities: the vote of several draws, or of
 * several models. Where answers are no probabilities (values, boxes), the mean.
 * @param activation `voteActivation` of the card
 */
export function votedLogits(all: readonly Tensor[], activation: string | undefined): Tensor {
  const { shape } = entry(all, 0)
  if (all.length === 1) return entry(all, 0)
  const data = all.map((each) => each.data)
  if (activation?.endsWith('sigmoid') === true) return tensor(shape, logitOfMeanSigmoid(data))
  if (activation !== 'softmax') return meanOf(all)
  const [classes, inner] = [extentOf(shape, 1), sizeOf(shape.slice(2))]
  return tensor(shape, logOfMeanSoftmax(data, { classes, inner }))
}

/** The transposed derivative of `votedLogits` by the logits of one of those that vote, applied to `slope`. */
export function votedSlope(
  all: readonly Tensor[],
  member: number,
  slope: Tensor,
  activation: string | undefined,
): Tensor {
  const { shape } = slope
  const data = all.map((each) => each.data)
  if (activation?.endsWith('sigmoid') === true)
    return tensor(shape, meanSigmoidSlope(data, member, slope.data))
  if (activation !== 'softmax') return meanSlope(all, slope)
  const [classes, inner] = [extentOf(shape, 1), sizeOf(shape.slice(2))]
  return tensor(shape, meanSoftmaxSlope(data, member, slope.data, { classes, inner }))
}

/** The same of `meanOf`. */
export function meanSlope(all: readonly Tensor[], { shape, data }: Tensor): Tensor {
  return tensor(
    shape,
    data.map((value) => value / all.length),
  )
}
