import { expect, test } from 'vitest'
import { createGradientProbe } from '../../src/adapters/ort/gradient-probe.ts'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { largestRelativeError, selectDevice } from '../../src/adapters/ort/select-device.ts'
import { describeWithSoftwareWebgpu } from '../support/software-webgpu.ts'

test("the self-check's gradient is the same every time and nowhere near zero", async () => {
  const probe = await createGradientProbe(createOrtRuntime({ device: 'cpu' }))
  const first = await probe.step()
  expect(await probe.step()).toEqual(first)
  expect(Math.hypot(...first.subarray(0, 10_000))).toBeGreaterThan(1e-4)
  await probe.dispose()
})

describeWithSoftwareWebgpu('a GPU in software', () => {
  test('passes the self-check and is taken when asked for by name', async () => {
    const { runtime, trials } = await selectDevice('webgpu', { createProbe: createGradientProbe })
    expect(runtime.device).toBe('webgpu')
    expect(trials[0]?.relativeError).toBeGreaterThan(0) // it did compute by other means than the CPU's kernels
    expect(trials[0]?.relativeError).toBeLessThan(largestRelativeError)
  }, 120_000)

  test('is slower than the CPU, so auto stays on the CPU', async () => {
    const { runtime, trials } = await selectDevice('auto', {
      createProbe: createGradientProbe,
      candidates: ['webgpu'],
    })
    expect(runtime.device).toBe('cpu')
    expect(trials.map(({ device, verdict }) => `${device} ${verdict}`)).toEqual([
      'webgpu slower',
      'cpu picked',
    ])
    expect(trials[0]?.reason).toMatch(/ms a gradient step, cpu is faster$/)
  }, 120_000)
})
