import { inputOf, type KernelCall, type KernelRule } from './rule.ts'
import { reshaped, sliced, type Part } from './shaping.ts'

/**
 * One entry of a StridedSlice: a range of an axis, one place of it, an axis that is added, or all axes that
 * nobody names.
 */
type Entry = { readonly kind: 'range' | 'place'; readonly at: number } | { readonly kind: 'added' | 'rest' }

/** StridedSlice with all its masks (TensorFlow's tf.strided_slice). */
export const stridedSlice: KernelRule = (call) => {
  const x = inputOf(call, 'x')
  const entries = withRest(entriesOf(call), x.shape.length)
  const axes = entries.filter(({ kind }) => kind !== 'added')
  const parts = axes.map((entry, axis) => partOf(call, entry, x.shape[axis] ?? 1))
  const shape = parts.map(({ start, end, step }) => Math.max(0, Math.ceil((end - start) / step)))
  const cut = sliced(call.graph, x, parts.map(forSlice), shape)
  const kept = [...shape]
  const wanted = entries.flatMap(({ kind }) => {
    if (kind === 'added') return [1]
    const extent = kept.shift() ?? 1
    return kind === 'place' ? [] : [extent]
  })
  return reshaped(call.graph, cut, wanted)
}

function entriesOf({ attributes }: KernelCall): Entry[] {
  const isSet = (mask: string, at: number) => ((attributes.number(mask, 0) >> at) & 1) === 1
  return attributes.numbers('begin').map((_, at): Entry => {
    if (isSet('ellipsisMask', at)) return { kind: 'rest' }
    if (isSet('newAxisMask', at)) return { kind: 'added' }
    return { kind: isSet('shrinkAxisMask', at) ? 'place' : 'range', at }
  })
}

/** The ellipsis, or else the end, stands for as many whole axes as are left. */
function withRest(entries: readonly Entry[], rank: number): Entry[] {
  const named = entries.filter(({ kind }) => kind === 'range' || kind === 'place').length
  const rest = Array.from({ length: Math.max(0, rank - named) }, (): Entry => ({ kind: 'rest' }))
  const place = entries.findIndex(({ kind }) => kind === 'rest')
  return place === -1
    ? [...entries, ...rest]
    : [...entries.slice(0, place), ...rest, ...entries.slice(place + 1)]
}

/** The range with both ends within [0, extent], or within [−1, extent − 1] when it runs backwards. */
function partOf({ attributes }: KernelCall, entry: Entry, extent: number): Part {
  if (!('at' in entry)) return { start: 0, end: extent, step: 1 }
  const { kind, at } = entry
  const value = (name: string) => attributes.numbers(name)[at] ?? 0
  const isOpen = (mask: string) => ((attributes.number(mask, 0) >> at) & 1) === 1
  const step = value('strides')
  const [least, most] = step < 0 ? [-1, extent - 1] : [0, extent]
  const within = (position: number) =>
    Math.min(Math.max(position < 0 ? position + extent : position, least), most)
  const start = isOpen('beginMask') ? (step < 0 ? most : 0) : within(value('begin'))
  if (kind === 'place') return { start, end: start + 1, step: 1 }
  return { start, end: isOpen('endMask') ? (step < 0 ? least : most) : within(value('end')), step }
}

/** ONNX counts an end of −1 from behind; further below is before the first place. */
function forSlice(part: Part): Part {
  return part.end < 0 ? { ...part, end: -(2 ** 31) } : part
}
