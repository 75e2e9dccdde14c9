/**
 * Compares input gradients with those of scripts/goldens/gradients.py and prints a Markdown table of models
 * and operator sets, with the largest relative error of the gradients of the loss and of a random cotangent:
 * npx tsx scripts/goldens/compare-gradients.ts OUT...
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { readGradientCase, relativeError } from '../../test/support/gradient-case.ts'

interface CaseName {
  readonly model: string
  readonly opset: number
  readonly exporter: string
  /** Of PyTorch's own logits and gradients in float32. */
  readonly float32_error: readonly number[]
}

const runtime = createOrtRuntime({ device: 'cpu' })

async function largestError(folder: string): Promise<number> {
  const { x, loss, logits, cotangent, gradientOfLoss, gradientOfDot } = readGradientCase(folder)
  const model = await createOnnxModel({
    bytes: readFileSync(join(folder, 'model.onnx')),
    runtime,
    file: folder,
    activation: 'none',
  })
  const ofLoss = await model.lossAndGradient(x, loss)
  const ofDot = await model.lossAndGradient(x, { kind: 'dot', terms: [{ target: cotangent, weight: 1 }] })
  await model.dispose()
  return Math.max(
    relativeError(ofLoss.logits, logits),
    relativeError(ofLoss.gradient, gradientOfLoss),
    relativeError(ofDot.gradient, gradientOfDot),
  )
}

async function cell(folder: string): Promise<string> {
  try {
    return (await largestError(folder)).toExponential(0)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const rows = new Map<string, Map<number, string>>()
for (const folder of process.argv
  .slice(2)
  .flatMap((out) => readdirSync(out).map((name) => join(out, name)))) {
  if (!existsSync(join(folder, 'case.json'))) continue
  const { model, opset, exporter, float32_error } = JSON.parse(
    readFileSync(join(folder, 'case.json'), 'utf8'),
  ) as CaseName
  const name = `${model} (${exporter}; PyTorch ${Math.max(...float32_error).toExponential(0)})`
  const row = rows.get(name) ?? new Map<number, string>()
  rows.set(name, row.set(opset, await cell(folder)))
  console.error(`${name} opset ${opset}: ${row.get(opset) ?? ''}`)
}
const opsets = [...new Set([...rows.values()].flatMap((row) => [...row.keys()]))].sort((a, b) => a - b)
console.log(`| Model | ${opsets.join(' | ')} |`)
console.log(`| --- | ${opsets.map(() => '---').join(' | ')} |`)
for (const [name, row] of rows)
  console.log(`| ${name} | ${opsets.map((opset) => row.get(opset) ?? '').join(' | ')} |`)
