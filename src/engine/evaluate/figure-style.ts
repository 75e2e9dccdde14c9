/** Okabe and Ito's, which colour-blind readers distinguish. */
export const palette: string[] = [
  ...['#0072b2', '#d55e00', '#009e73', '#cc79a7'],
  ...['#e69f00', '#56b4e9', '#000000', '#7f7f7f'],
]

export const layout = {
  backgroundColor: '#ffffff',
  color: palette,
  grid: { left: 70, right: 170, top: 20, bottom: 55 },
}

export const legend = (data: readonly string[]) => ({ orient: 'vertical', right: 5, top: 20, data })
export const axis = (name: string) => ({ name, nameLocation: 'middle', nameGap: 34 })
export const upright = (name: string) => ({ type: 'value', name, nameLocation: 'middle', nameGap: 48 })
