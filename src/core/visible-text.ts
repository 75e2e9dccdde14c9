/**
 * Characters that would act instead of being shown: controls (C0, DEL, C1, and so every escape sequence),
 * marks that turn the direction of writing round, and separators of lines that are none.
 */
const acting = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/**
 * Text as it may be shown in a terminal or drawn in a chart, whatever file, tag or name it came from: what
 * would act is written out, such as \u001b.
 */
export function visibleText(text: string): string {
  return text.replace(acting, escaped)
}

/** The same of a name or a sentence that must stay on its line. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/[\n\t]/g, escaped)
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => unitText(character.charCodeAt(i))).join('')
}

function unitText(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
