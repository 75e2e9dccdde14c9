import { expect, test } from 'vitest'
import { GraphBuilder } from '../../onnx/graph-builder.ts'
import { proposeCard } from '../../model/propose-card.ts'
import { factsOf } from '../../model/read-facts.ts'

const told = {
  intensity: { kind: 'voi-window' },
  fit: { kind: 'letterbox' },
  interpolation: 'bilinear',
  mean: [0],
  std: [1],
  output: { classes: ['nodule', 'mass'] },
}

function factsOfSuppressed(centred: boolean) {
  const graph = new GraphBuilder({ opset: 13 })
  const x = graph.input('x', [1, 1, 64, 64])
  const boxes = graph.node('Reshape', [x, graph.ints([1, -1, 4])])
  const scores = graph.node('Sigmoid', [graph.node('Reshape', [x, graph.ints([1, 2, -1])])])
  const bounds = [graph.ints([20]), graph.floats([1], [0.6]), graph.floats([1], [0.3])]
  const kept = graph.node('NonMaxSuppression', [boxes, scores, ...bounds], {
    center_point_box: Number(centred),
  })
  graph.output(kept, ['boxes', 3], 'int64')
  return { facts: factsOf(graph.build(), { file: 'm.onnx', sha256: undefined }), boxes, scores }
}

test.each([
  [false, 'yxyx'],
  [true, 'cxcywh'],
])(
  'what goes into NonMaxSuppression is proposed, with its bounds (center_point_box %s)',
  (centred, format) => {
    const { facts, boxes, scores } = factsOfSuppressed(centred)
    const { card, proposed } = proposeCard(facts, told)
    expect(card).toMatchObject({ task: 'detection', fit: { kind: 'letterbox' } })
    expect(card.output).toMatchObject({
      name: scores,
      layout: 'anchors-last',
      activation: 'sigmoid',
      gives: 'probabilities',
    })
    expect(card.output).toMatchObject({
      boxes: { name: boxes, layout: 'anchors-first', format },
      maxDetections: 20,
    })
    expect('nmsIou' in card.output && [card.output.nmsIou, card.output.threshold].map((bound) => bound.toFixed(3))).toEqual(['0.600', '0.300']) // prettier-ignore
    expect(proposed).toContain('output.boxes.name')
  },
)

test('a card that says another number of values of an anchor than the graph is refused', () => {
  const graph = new GraphBuilder({ opset: 13 })
  graph.output(graph.node('Reshape', [graph.input('x', [1, 1, 64, 64]), graph.ints([1, 8, -1])]), [1, 8, 512])
  const facts = factsOf(graph.build(), { file: 'm.onnx', sha256: undefined })
  const output = {
    ...told.output,
    layout: 'anchors-last',
    activation: 'sigmoid',
    gives: 'logits',
    boxes: { format: 'xyxy' },
  }
  expect(() => proposeCard(facts, { ...told, task: 'detection', output })).toThrow(
    'output.classes: 6 values of an anchor',
  )
  const three = { ...output, objectness: true, classes: ['a', 'b', 'c'] }
  expect(proposeCard(facts, { ...told, task: 'detection', output: three }).card.task).toBe('detection')
})
