import type { OnnxNode } from './graph.ts'

/**
 * ONNX has no operator that a gradient stops at: a Sum of one value, of such a name, is one. Runtimes don't
 * mind names, and remove an Identity.
 */
const stopName = 'radversary_stop_gradient'

/**
 * A node that hands a value on, and no gradient back. @param output its result's name, if another one is
 * wanted
 */
export function stopGradient(value: string, output?: string): OnnxNode {
  const name = `${stopName}_${output ?? value}`
  return { opType: 'Sum', domain: '', name, inputs: [value], outputs: [output ?? name], attributes: {} }
}

export function isStopGradient({ opType, name }: Pick<OnnxNode, 'opType' | 'name'>): boolean {
  return opType === 'Sum' && name.startsWith(stopName)
}
