import { performance } from 'node:perf_hooks'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import { isDeviceBuiltIn, ortDevices, type OrtDevice } from './devices.ts'
import { createOrtRuntime, type OrtRuntime } from './runtime.ts'

/** A small model's gradient step on one runtime; the same input and weights everywhere. */
export interface GradientProbe {
  /** d loss/d x of the built-in input. */
  step(): Promise<Float32Array>
  dispose(): Promise<void>
}

export type CreateGradientProbe = (runtime: Runtime) => Promise<GradientProbe>

/** What became of one candidate; plain data for the record and the command line. */
export interface DeviceTrial {
  readonly device: OrtDevice
  readonly verdict: 'picked' | 'slower' | 'rejected'
  /** A sentence for the user. */
  readonly reason: string
  /** Median time of a gradient step of the built-in model; null when it was not timed. */
  readonly stepMs: number | null
  /** ‖g − g_cpu‖ / ‖g_cpu‖ of the self-check; null when it did not come to that. */
  readonly relativeError: number | null
}

export interface DeviceChoice {
  readonly runtime: OrtRuntime
  readonly requested: 'auto' | OrtDevice
  readonly trials: readonly DeviceTrial[]
}

export interface SelectDeviceOptions {
  readonly createProbe: CreateGradientProbe
  readonly threads?: number | undefined
  /** In the order in which equally fast ones are preferred; all of this platform by default. */
  readonly candidates?: readonly OrtDevice[]
}

/**
 * Largest ‖g − g_cpu‖ / ‖g_cpu‖ with which a device passes. Reordered float32 sums of the built-in model
 * differ by about 1e-6 and TensorFloat-32 products (11 significant bits, rounding at 2^-12 each) by a few
 * 1e-4, which no attack notices; float16 overflow, a wrong kernel or a wrong fallback miss by 1e-2 and more.
 */
export const largestRelativeError = 1e-3

const timedSteps = 5
/** A device this much slower than the CPU is not timed again: a GPU in software would hold everybody up. */
const hopeless = 4

/**
 * The runtime for `requested`. `auto` takes the device with the fastest gradient step among those whose
 * gradient agrees with the CPU's. A device asked for by name must pass the same check: throws
 * `runtime-failed` when it is missing or computes something else.
 */
export async function selectDevice(
  requested: 'auto' | OrtDevice,
  options: SelectDeviceOptions,
): Promise<DeviceChoice> {
  const { createProbe, threads, candidates = ortDevices } = options
  const cpu = createOrtRuntime({ device: 'cpu', threads })
  if (requested === 'cpu')
    return { runtime: cpu, requested, trials: [trial('cpu', 'picked', 'as asked for')] }

  const others =
    requested === 'auto'
      ? candidates.filter((device) => device !== 'cpu' && isDeviceBuiltIn(device))
      : [requested]
  let known: Promise<Reference> | undefined
  const reference = () => (known ??= measured(cpu, createProbe, requested === 'auto'))
  const trials: DeviceTrial[] = []
  for (const device of others) trials.push(await tryDevice(device, reference, options))
  if (requested !== 'auto') return named(requested, trials, threads)
  const stepMs = (await known)?.stepMs ?? null
  return fastest([...trials, trial('cpu', 'slower', '', { stepMs })], cpu)
}

/** What the CPU computes, and how long it takes where that is asked for. */
interface Reference {
  readonly gradient: Float32Array
  readonly stepMs: number | null
}

async function measured(
  cpu: OrtRuntime,
  createProbe: CreateGradientProbe,
  isTimed: boolean,
): Promise<Reference> {
  const probe = await createProbe(cpu)
  try {
    return { gradient: await probe.step(), stepMs: isTimed ? await medianStepMs(probe, Infinity) : null }
  } finally {
    await probe.dispose()
  }
}

function trial(
  device: OrtDevice,
  verdict: DeviceTrial['verdict'],
  reason: string,
  measured: Partial<Pick<DeviceTrial, 'stepMs' | 'relativeError'>> = {},
): DeviceTrial {
  return { device, verdict, reason, stepMs: null, relativeError: null, ...measured }
}

function passed({ verdict }: DeviceTrial): boolean {
  return verdict !== 'rejected'
}

/**
 * Self-check, then time (where the CPU was timed too). Whatever goes wrong with the device is a reason to
 * reject it, never a reason to stop. The CPU computes only once there is something to compare.
 */
async function tryDevice(
  device: OrtDevice,
  reference: () => Promise<Reference>,
  { createProbe, threads }: SelectDeviceOptions,
): Promise<DeviceTrial> {
  let probe: GradientProbe | undefined
  try {
    probe = await createProbe(createOrtRuntime({ device, threads }))
    const gradient = await probe.step()
    const expected = await reference()
    const relativeError = relativeDistance(gradient, expected.gradient)
    if (!(relativeError <= largestRelativeError)) {
      const reason = `its gradient differs from the CPU's by ${relativeError.toExponential(1)}, allowed are ${largestRelativeError}`
      return trial(device, 'rejected', reason, { relativeError })
    }
    const stepMs = expected.stepMs === null ? null : await medianStepMs(probe, hopeless * expected.stepMs)
    return trial(device, 'slower', '', { relativeError, stepMs })
  } catch (cause) {
    return trial(device, 'rejected', cause instanceof Error ? cause.message : String(cause))
  } finally {
    await probe?.dispose()
  }
}

function named(
  requested: OrtDevice,
  trials: readonly DeviceTrial[],
  threads: number | undefined,
): DeviceChoice {
  const [found] = trials
  if (found === undefined || !passed(found))
    throw new RadversaryError(
      'runtime-failed',
      `Device: ${requested} is not usable here: ${found?.reason ?? 'it was not tried'}`,
      {
        tip: 'Use --device auto, or --device cpu.',
      },
    )
  const runtime = createOrtRuntime({ device: requested, threads })
  return { runtime, requested, trials: [{ ...found, verdict: 'picked', reason: 'as asked for' }] }
}

function fastest(trials: readonly DeviceTrial[], cpu: OrtRuntime): DeviceChoice {
  const timeOf = ({ stepMs }: DeviceTrial) => stepMs ?? Infinity
  const usable = trials.filter(passed)
  const winner = usable.reduce((best, next) => (timeOf(next) < timeOf(best) ? next : best))
  const judged = trials.map((each): DeviceTrial => {
    if (!passed(each)) return each
    const picked = each === winner
    return {
      ...each,
      verdict: picked ? 'picked' : 'slower',
      reason: each.reason === '' ? stepSentence(each, winner) : each.reason,
    }
  })
  const runtime =
    winner.device === 'cpu' ? cpu : createOrtRuntime({ device: winner.device, threads: cpu.threads })
  return { runtime, requested: 'auto', trials: judged }
}

function stepSentence(each: DeviceTrial, winner: DeviceTrial): string {
  if (each.stepMs === null) return 'the only one that can be used here'
  const time = `${each.stepMs.toFixed(1)} ms a gradient step`
  return each === winner ? `the fastest: ${time}` : `${time}, ${winner.device} is faster`
}

/** Median of a few steps, the first of which is not counted; a step above `limitMs` ends it. */
async function medianStepMs(probe: GradientProbe, limitMs: number): Promise<number> {
  await probe.step()
  const times: number[] = []
  while (times.length < timedSteps && (times[0] ?? 0) <= limitMs) {
    const start = performance.now()
    await probe.step()
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Infinity
}

/** ‖a − b‖ / ‖b‖; infinite for different lengths, NaN if any value is. */
function relativeDistance(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity
  let difference = 0
  let norm = 0
  for (const [index, value] of b.entries()) {
    difference += (entry(a, index) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference / norm)
}
