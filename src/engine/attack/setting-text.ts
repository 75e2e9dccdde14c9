/** A setting's value for people: sizes of change are easier to read in grey levels of 255. */
export function settingText(value: string | number | boolean | null): string {
  if (typeof value !== 'number' || Number.isInteger(value))
    return value === null ? 'by default' : String(value)
  const grey = value * 255
  return Math.abs(grey - Math.round(grey)) < 1e-6 ? `${Math.round(grey)}/255` : String(value)
}
