import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseCardText } from '../../src/core/model/card.ts'
import { commandLine } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const sample = join(import.meta.dirname, '../../resources/sample')
const model = join(sample, 'model/phantom-thorax-lungs.onnx')
const card = parseCardText(readFileSync(join(sample, 'model/phantom-thorax-lungs.card.json'), 'utf8'))
const measured = z
  .object({ test: z.object({ slices: z.number(), dice: z.record(z.string(), z.number()) }) })
  .parse(JSON.parse(readFileSync(join(sample, 'model/lungs.training.json'), 'utf8')))

const base = temporaryFolder('sample-segmentation')
const cpu = ['--device', 'cpu', '--threads', '2']

test('the card fits the model, and says what was measured', () => {
  expect(card).toMatchObject({ task: 'segmentation', output: { classes: ['background', 'lung'] } })
  expect(createHash('sha256').update(readFileSync(model)).digest('hex')).toBe(card.provenance.sha256)
  expect(statSync(model).size).toBeLessThan(300_000)
  expect(measured.test.dice['lung']).toBeGreaterThanOrEqual(0.9)
  expect(card.provenance.training).toContain(`Dice ${measured.test.dice['lung']!.toFixed(3)} of lung`)
})

test('from the sample to masks before and after, on the command line', { timeout: 120_000 }, async () => {
  const out = join(base, 'out')
  const study = ['--study', join(sample, 'study/12.dcm'), join(sample, 'study/20.dcm')]
  const labels = ['--labels', join(sample, 'masks')]
  const predicted = await commandLine(['predict', ...study, ...labels, '--model', model, ...cpu, '--json'])
  const { segments } = JSON.parse(predicted.out) as { segments: { class: string; dice: number }[] }
  expect(segments).toMatchObject([{ class: 'lung' }])
  expect(segments[0]!.dice).toBeGreaterThan(0.9)
  const options = ['--method', 'segpgd', '--epsilon', '8/255', '--steps', '4', '--out', out]
  const attacked = await commandLine(['attack', ...study, ...labels, '--model', model, ...options, ...cpu])
  expect(attacked.code).toBe(0)
  const [, before, after] =
    /lung: Dice ([\d.]+) to ([\d.]+), IoU .* HD95 [\d.]+ to \S+ mm/.exec(attacked.out) ?? []
  expect(Number(before)).toBeGreaterThan(0.9)
  expect(Number(after)).toBeLessThan(Number(before))
  expect((await commandLine(['verify', out, '--model', model, ...cpu])).code).toBe(0)
  const again = await commandLine(['predict', '--study', join(out, 'adversarial'), '--labels', join(out, 'masks-after'), '--model', model, ...cpu, '--json']) // prettier-ignore
  expect((JSON.parse(again.out) as { segments: { dice: number }[] }).segments[0]!.dice).toBe(1)
})

test('ASMA at its presets takes the lungs towards the background', { timeout: 120_000 }, async () => {
  const study = ['--study', join(sample, 'study/15.dcm'), '--model', model]
  const options = ['--method', 'asma', '--target', 'background', '--steps', '40', '--out', join(base, 'asma')]
  const attacked = await commandLine(['attack', ...study, ...options, ...cpu])
  const [, before, after] = /lung: Dice ([\d.]+) to ([\d.]+)/.exec(attacked.out) ?? []
  expect(Number(before)).toBe(1)
  expect(Number(after)).toBeLessThan(0.99)
})
