import { describe, expect, test } from 'vitest'
import type { OrtDevice } from './devices.ts'
import { selectDevice, type CreateGradientProbe } from './select-device.ts'

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Behaviour {
  readonly gradient?: readonly number[]
  readonly stepMs?: number
  readonly fault?: string
}

/**
 * Probes that behave as told, so that the choice itself is what is tested; counts the probes that were left
 * open.
 */
function scripted(behaviours: Partial<Record<OrtDevice, Behaviour>>) {
  const open = new Set<string>()
  const createProbe: CreateGradientProbe = (runtime) => {
    const { gradient = [3, 4], stepMs = 1, fault } = behaviours[runtime.device as OrtDevice] ?? {}
    if (fault !== undefined) return Promise.reject(new Error(fault))
    open.add(runtime.device)
    return Promise.resolve({
      step: async () => {
        await delay(stepMs)
        return Float32Array.from(gradient)
      },
      dispose: () => {
        open.delete(runtime.device)
        return Promise.resolve()
      },
    })
  }
  return { createProbe, open }
}

const verdicts = (trials: readonly { device: string; verdict: string }[]) =>
  trials.map(({ device, verdict }) => `${device} ${verdict}`)

describe('auto', () => {
  test('picks the fastest device that agrees with the CPU', async () => {
    const { createProbe, open } = scripted({
      cpu: { stepMs: 20 },
      webgpu: { stepMs: 2, gradient: [3.001, 4] },
    })
    const choice = await selectDevice('auto', { createProbe, candidates: ['webgpu'] })
    expect(choice.runtime.device).toBe('webgpu')
    expect(verdicts(choice.trials)).toEqual(['webgpu picked', 'cpu slower'])
    expect(choice.trials[0]?.relativeError).toBeCloseTo(0.001 / 5, 6)
    expect(choice.trials[0]?.reason).toMatch(/^the fastest: \d+\.\d ms a gradient step$/)
    expect(open.size).toBe(0)
  })

  test('stays on the CPU when that is faster', async () => {
    const { createProbe } = scripted({ cpu: { stepMs: 1 }, webgpu: { stepMs: 20 } })
    const choice = await selectDevice('auto', { createProbe, candidates: ['webgpu'] })
    expect(choice.runtime.device).toBe('cpu')
    expect(verdicts(choice.trials)).toEqual(['webgpu slower', 'cpu picked'])
    expect(choice.trials[0]?.reason).toContain('cpu is faster')
  })

  test.each([
    ['wrong', { gradient: [3.1, 4] }, 'differs'],
    ['not a number', { gradient: [NaN, 4] }, 'differs'],
    ['of another length', { gradient: [3, 4, 5] }, 'differs'],
  ])('rejects a faster device whose gradient is %s', async (_, webgpu, why) => {
    const { createProbe, open } = scripted({ cpu: { stepMs: 20 }, webgpu })
    const choice = await selectDevice('auto', { createProbe, candidates: ['webgpu'] })
    expect(choice.runtime.device).toBe('cpu')
    expect(verdicts(choice.trials)).toEqual(['webgpu rejected', 'cpu picked'])
    expect(choice.trials[0]?.reason).toContain(why)
    expect(open.size).toBe(0)
  })
})

test('auto computes nothing on the CPU where there is no other device', async () => {
  const { createProbe, open } = scripted({ webgpu: { fault: 'no adapter' } })
  const asked: string[] = []
  const choice = await selectDevice('auto', {
    createProbe: (runtime) => {
      asked.push(runtime.device)
      return createProbe(runtime)
    },
    candidates: ['webgpu'],
  })
  expect(verdicts(choice.trials)).toEqual(['webgpu rejected', 'cpu picked'])
  expect(choice.trials.map(({ reason }) => reason)).toEqual([
    'no adapter',
    'the only one that can be used here',
  ])
  expect(asked).toEqual(['webgpu'])
  expect(open.size).toBe(0)
})

describe('a device by name', () => {
  test('is taken when it agrees with the CPU, however slow', async () => {
    const { createProbe } = scripted({ webgpu: { stepMs: 20 } })
    const choice = await selectDevice('webgpu', { createProbe })
    expect(choice.runtime.device).toBe('webgpu')
    expect(verdicts(choice.trials)).toEqual(['webgpu picked'])
  })

  test('is an error when its gradient is wrong', async () => {
    const { createProbe } = scripted({ webgpu: { gradient: [4, 3] } })
    await expect(selectDevice('webgpu', { createProbe })).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringContaining('differs'),
    })
  })

  test('needs no check on the CPU', async () => {
    const choice = await selectDevice('cpu', {
      createProbe: () => Promise.reject(new Error('not asked for')),
      threads: 1,
    })
    expect(choice.runtime).toMatchObject({ device: 'cpu', threads: 1 })
  })
})
