/** [N, ..., K] as [N, K, ...]; vectors stay as they are. */
export function classesFirstShape<T>(shape: readonly T[]): T[] {
  const [count, ...rest] = shape
  const classes = rest.pop()
  if (shape.length < 3 || count === undefined || classes === undefined) return [...shape]
  return [count, classes, ...rest]
}
