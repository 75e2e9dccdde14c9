import { intAttribute, tensorAttribute } from './attributes.ts'
import { withInner } from './codec.ts'
import type { OnnxGraph, OnnxNode } from './graph.ts'
import { numericValues, type OnnxTensor } from './onnx-tensor.ts'

/**
 * What a graph that ends in NonMaxSuppression gives it; a constant that the graph doesn't hold is undefined.
 */
export interface Suppression {
  /** Values [N, A, 4] and [N, K, A]. */
  readonly boxes: string
  readonly scores: string
  /** Corners y0, x0, y1, x1, or centre and sides (`center_point_box`). */
  readonly format: 'yxyx' | 'cxcywh'
  readonly iou: number | undefined
  readonly threshold: number | undefined
  readonly mostPerClass: number | undefined
}

/** The inputs of a graph's one NonMaxSuppression (opset 10); undefined where there is none, or several. */
export function suppressionOf({ nodes, initializers }: OnnxGraph): Suppression | undefined {
  const [node, ...more] = nodes.filter(isSuppression)
  if (node === undefined || more.length > 0) return undefined
  const [boxes = '', scores = '', most = '', iou = '', threshold = ''] = node.inputs
  const constant = (name: string): number | undefined => {
    const maker = nodes.find(({ opType, outputs }) => opType === 'Constant' && outputs.includes(name))
    const tensor: OnnxTensor | undefined =
      initializers.get(name) ?? (maker && tensorAttribute(maker, 'value'))
    return tensor && numericValues(tensor)[0]
  }
  return {
    boxes,
    scores,
    format: intAttribute(node, 'center_point_box', 0) === 1 ? 'cxcywh' : 'yxyx',
    iou: constant(iou),
    threshold: constant(threshold),
    mostPerClass: constant(most),
  }
}

export function isSuppression({ opType, domain }: Pick<OnnxNode, 'opType' | 'domain'>): boolean {
  return opType === 'NonMaxSuppression' && domain === ''
}

/** Whether a node gives what a NonMaxSuppression keeps, its own or one in its bodies. */
export function choosesByImage(node: OnnxNode): boolean {
  return withInner(node).some(isSuppression)
}
