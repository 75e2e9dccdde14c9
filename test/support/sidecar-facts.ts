import { readdirSync, readFileSync } from 'node:fs'
import type { ModelFacts, TensorFacts } from '../../src/core/model/model-facts.ts'

const fixtures = new URL('../fixtures/sidecars/', import.meta.url)

/** What a library wrote beside a model (scripts/goldens/sidecars.py), by file. */
export function written(family: string): Record<string, unknown> {
  const folder = new URL(`${family}/`, fixtures)
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]),
  )
}

/** Facts of a graph of images and classes with files beside it. */
export function factsBeside(
  sidecars: Record<string, unknown>,
  {
    input = ['batch', 3, 224, 224],
    output = ['batch', 3],
    dataType = 'float32',
    ...more
  }: Partial<Record<'input' | 'output', TensorFacts['shape']>> &
    Partial<Pick<ModelFacts, 'metadata' | 'outputs'>> &
    Pick<TensorFacts, 'dataType'> = {},
): ModelFacts {
  return {
    file: 'model.onnx',
    inputs: [{ name: 'image', shape: input, dataType }],
    outputs: [{ name: 'logits', shape: output, dataType: 'float32', finalOp: 'Gemm' }],
    metadata: {},
    sidecars,
    ...more,
  }
}
