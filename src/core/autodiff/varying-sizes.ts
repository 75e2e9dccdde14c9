import { RadversaryError } from '../errors.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { choosesByImage } from '../onnx/suppression.ts'

/** Operators whose result has a size that depends on their input's elements. */
const varyingOperators = new Set(['Compress', 'NonZero', 'Unique'])

/** Runtimes don't mind names; this one says that the size of a node's result is fixed. */
const filledName = 'radversary_filled_up'

/** The same node, its result of one size for every image although it reads values that have none. */
export function ofFixedSize(node: OnnxNode): OnnxNode {
  return { ...node, name: `${filledName}_${node.name}` }
}

function isOfFixedSize({ name }: Pick<OnnxNode, 'name'>): boolean {
  return name.startsWith(filledName)
}

/**
 * Whether the sizes of a node's results depend on the image's elements. `varying` holds the values before it
 * of which that is true; the node itself must depend on the image.
 */
export function variesInSize(node: OnnxNode, varying: ReadonlySet<string>): boolean {
  if (isOfFixedSize(node)) return false
  if ((node.domain === '' && varyingOperators.has(node.opType)) || choosesByImage(node)) return true
  const sources = node.opType.startsWith('Scatter') ? node.inputs.slice(0, 1) : readsOf(node)
  return sources.some((name) => varying.has(name))
}

/**
 * Throws `model-unsupported` where a size that depends on the image's elements leads to the output, other
 * than through what has a fixed size again.
 */
export function refuseVarying(nodes: readonly OnnxNode[], output: string): void {
  const leading = nodesLeadingTo(
    nodes.filter((node) => !isOfFixedSize(node)),
    [output],
  )
  const origin = leading.find((node) => variesInSize(node, new Set()))
  if (origin === undefined) return
  throw new RadversaryError(
    'model-unsupported',
    `${origin.opType}: the size of its result depends on the image, which is not supported (node '${origin.name || (origin.outputs[0] ?? '')}')`,
    {
      tip: 'Export the model with results of a fixed size: torch.where(mask, a, b) or a product with the mask in place of x[mask], the top k in place of a threshold; or choose an output before this node.',
    },
  )
}
