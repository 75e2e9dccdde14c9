/** What the chart library gives a drawing function. */
interface DrawingApi {
  value(dimension: number): number
  coord(point: readonly [number, number]): readonly [number, number]
}

/**
 * Bars from lower to upper at places on the category axis, side by side for several series. @param intervals
 * [place, lower, upper]
 */
export function errorBars(
  intervals: readonly (readonly number[])[],
  { place, color }: { readonly place: number; readonly color: string },
) {
  const shift = 3 * place
  return {
    type: 'custom',
    silent: true,
    z: 1,
    data: intervals,
    encode: { x: 0, y: [1, 2] },
    renderItem: (_params: unknown, api: DrawingApi) => {
      const [x, lower] = api.coord([api.value(0), api.value(1)])
      const [, upper] = api.coord([api.value(0), api.value(2)])
      return {
        type: 'line',
        shape: { x1: x + shift, y1: lower, x2: x + shift, y2: upper },
        style: { stroke: color, lineWidth: 1 },
      }
    },
  }
}
