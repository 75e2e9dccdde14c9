import { type Notice, RadversaryError } from '../errors.ts'
import type { PixelInterval } from '../image/float-image.ts'
import { imageBatchExtents } from '../tensor/image-batch.ts'
import { extentOf, type Shape, tensor, type Tensor } from '../tensor/tensor.ts'
import { toEnd } from '../to-end.ts'
import type { AttackEvent, AttackResult } from './attack-result.ts'
import { RestartState } from './attack-state.ts'
import type { AttackMethod, AttackProblem, Choice, Rows } from './attack.ts'
import type { Ball } from './balls.ts'
import { batchModel } from './batch-model.ts'
import { Best } from './best.ts'
import { GradientTally } from './gradient-tally.ts'
import { judgeOf } from './judge.ts'
import { firstOutside } from '../math/kernels.ts'
import { preparedOn } from './preparation.ts'
import { rowOf } from './rows.ts'
import { Watcher } from './watcher.ts'

/** What the loop runs one after the other: a restart of the method, or of one of an ensemble's members. */
export interface Round {
  readonly method: AttackMethod
  /** Number of the restart in this method; counts from 0. */
  readonly restart: number
}

function roundsOf(method: AttackMethod, problem: AttackProblem): Round[] {
  const choice = choiceOf(problem)
  return (method.members ?? [method]).flatMap((member) => {
    const count = typeof member.restarts === 'number' ? member.restarts : member.restarts(choice)
    return Array.from({ length: count }, (_, restart) => ({ method: member, restart }))
  })
}

/** All samples have as many planes. */
function choiceOf({ criterion, targets }: AttackProblem): Choice {
  const divided = criterion.boundary?.(0, extentOf(targets.shape, 1))
  return { choices: divided?.need === 'any' ? divided.planes.length : 1 }
}

/**
 * The one loop of all attacks. Restart by restart, from x_0, the method makes x_{t+1} of x_t; samples that
 * succeed leave early if wanted; what is left at the end is rounded to storable values and judged by a
 * prediction of its own; the best of the restarts is kept. An ensemble's members run one after the other in
 * the same way, on samples that still hold. Yields an event per iteration and returns the result. Leaving the
 * generator early (`return`) ends the attack too. Throws `cancelled`, `tensor-invalid` where shapes do not
 * fit or an image lies outside its bounds, and what the model throws.
 */
export async function* runAttack(
  given: AttackMethod,
  problem: AttackProblem,
): AsyncGenerator<AttackEvent, AttackResult, void> {
  checkProblem(problem)
  const method = await preparedOn(given, problem)
  const all = extentOf(problem.images.shape, 0)
  const best = new Best(method, problem)
  const tally = new GradientTally()
  const notices = new Map<string, Notice>()
  const rounds = roundsOf(method, problem)
  const boxOf = boxes(problem)
  let before: Tensor | undefined
  const cleanOnce = async () => (before ??= await clean(problem))

  for (const [round, { method: member, restart }] of rounds.entries()) {
    const goesOn = (sample: number) => !((problem.earlyStop || method.members) && best.hasSucceeded(sample))
    const samples = problem.coupled && indices(all).some(goesOn) ? indices(all) : indices(all).filter(goesOn)
    if (samples.length === 0) break
    const notify = (notice: Notice) => notices.set(notice.message, notice)
    const state = new RestartState({
      method: member,
      problem,
      box: boxOf(member.ball),
      best,
      judge: await judgeOf(member, problem, cleanOnce),
      restart,
      round,
      samples,
      notify,
      tally,
    })
    const afterStep = async () => {
      before ??= state.cleanLogits ? collect(state.cleanLogits, problem.targets.shape) : await cleanOnce()
    }
    yield* iterations(state, { problem, member, restart: round, restarts: rounds.length, afterStep })
  }
  return { ...best.result(await cleanOnce(), tally), notices: [...notices.values()] }
}

interface RestartContext extends Pick<AttackEvent, 'restart' | 'restarts'> {
  readonly problem: AttackProblem
  readonly member: AttackMethod
  readonly afterStep: () => Promise<void>
}

/** One restart's iterations, from x_0 until its steps are taken or its samples have left. */
async function* iterations(
  state: RestartState,
  { problem, member, restart, restarts, afterStep }: RestartContext,
): AsyncGenerator<AttackEvent, void, void> {
  const watcher = new Watcher(problem, state)
  const iterate = member.begin(state)
  const events = (): AttackEvent[] => {
    const { evaluation, iteration } = state
    const samples = evaluation ? watcher.events(evaluation, iteration) : []
    return samples.length > 0 ? [{ iteration, steps: member.steps, restart, restarts, samples }] : []
  }
  while (state.iteration < member.steps && state.active().length > 0) {
    const step = await iterate()
    await afterStep()
    yield* events()
    watcher.note(step)
    state.iteration++
    state.smoothed = step.smoothed?.x
    state.evaluation = undefined
  }
  await state.finish()
  yield* events()
}

/** Runs an attack to its end for the result alone. */
export function attackToEnd(method: AttackMethod, problem: AttackProblem): Promise<AttackResult> {
  return toEnd(runAttack(method, problem))
}

/** Bounds and each ball together; members of an ensemble share theirs. */
function boxes({ images, bounds }: AttackProblem): (ball: Ball) => PixelInterval {
  const known = new Map<Ball, PixelInterval>()
  return (ball) => {
    const box = known.get(ball) ?? ball.box(images, bounds)
    known.set(ball, box)
    return box
  }
}

/** Logits of the untouched images. */
async function clean(problem: AttackProblem): Promise<Tensor> {
  const logits = await batchModel(problem).logits(problem.images, indices(extentOf(problem.images.shape, 0)))
  return collect(logits, problem.targets.shape)
}

/** Rows of all samples as one tensor of its own. */
function collect(rows: Rows, shape: Shape): Tensor {
  const all = tensor(shape)
  for (const sample of indices(extentOf(shape, 0))) rowOf(all, sample).set(rows.of(sample))
  return all
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function checkProblem({ images, targets, bounds, seeds }: AttackProblem): void {
  const { count } = imageBatchExtents(images, 'Attack')
  const same = (what: string, given: Shape, expected: Shape) => {
    if (given.join() !== expected.join())
      throw new RadversaryError(
        'tensor-invalid',
        `Attack: expected ${what} [${expected.join(', ')}], got [${given.join(', ')}]`,
      )
  }
  same('lower bounds', bounds.lower.shape, images.shape)
  same('upper bounds', bounds.upper.shape, images.shape)
  same('targets', targets.shape, [count, ...targets.shape.slice(1)])
  same('seeds', [seeds.length], [count])
  const outside = firstOutside(images.data, bounds.lower.data, bounds.upper.data)
  if (outside >= 0)
    throw new RadversaryError(
      'tensor-invalid',
      `Attack: expected images within their bounds, which are finite, got ${images.data[outside]} of [${bounds.lower.data[outside]}, ${bounds.upper.data[outside]}]`,
      { tip: 'Tensors are attacked in [0, 1]: scale the input to that range.' },
    )
}
