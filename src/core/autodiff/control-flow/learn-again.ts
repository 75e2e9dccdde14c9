import { addCount } from '../../counts.ts'
import type { Runtime } from '../../model/runtime.ts'
import type { OnnxNode } from '../../onnx/graph.ts'
import type { OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { forwardModel } from '../gradient-graph.ts'
import { learnShapes } from '../learn-shapes.ts'
import type { TypedGraph } from '../typed-graph.ts'

/** What is other than in the typed graph that there is. */
export interface Changed {
  readonly nodes: readonly OnnxNode[]
  readonly constants?: ReadonlyMap<string, OnnxTensor>
  /** Values that are to be known beside what leads to the graph's output. */
  readonly outputs: readonly string[]
}

/** The typed graph of other nodes between the same input and output. */
export function learnAgain(graph: TypedGraph, changed: Changed, runtime: Runtime): Promise<TypedGraph> {
  const model = forwardModel(graph)
  const further = changed.outputs.map((name) => ({ name, dataType: null, shape: null }))
  const known = [...graph.values].flatMap(([name, { constant }]) =>
    constant === undefined ? [] : [[name, constant] as const],
  )
  const changedModel = {
    ...model,
    opsets: graph.opsets,
    graph: {
      ...model.graph,
      nodes: namedApart(changed.nodes),
      initializers: new Map([...known, ...(changed.constants ?? [])]),
      outputs: [...model.graph.outputs, ...further],
      valueInfos: new Map(),
    },
  }
  return learnShapes(changedModel, graph.input.shape, runtime)
}

/** Runtimes want nodes of different names; steps of a loop have the same ones. */
function namedApart(nodes: readonly OnnxNode[]): OnnxNode[] {
  const counts = new Map<string, number>()
  return nodes.map((node) => {
    const count = addCount(counts, node.name)
    return node.name === '' || count === 1 ? node : { ...node, name: `${node.name} #${count}` }
  })
}
