import { z } from 'zod'

const keys = ['classes', 'class_names', 'labels', 'names']
const list = z.array(z.string()).min(1)

/**
 * Class names in a model's metadata, as exporters write them: a JSON list under `classes`, `class_names` or
 * `labels`, or a dictionary from index to name under `names` ({0: 'cat', 1: 'dog'}). Undefined when there are
 * none, or not in these forms.
 */
export function classesInMetadata(metadata: Readonly<Record<string, string>>): string[] | undefined {
  for (const key of keys) {
    const text = metadata[key]
    const classes = text === undefined ? undefined : (classesInJson(text) ?? classesInDictionary(text))
    if (classes !== undefined) return classes
  }
  return undefined
}

function classesInJson(text: string): string[] | undefined {
  try {
    return list.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** A Python dictionary literal whose keys count from 0. */
function classesInDictionary(text: string): string[] | undefined {
  const entries = [...text.matchAll(/(\d+)\s*:\s*(?:'([^']*)'|"([^"]*)")/g)]
  const inOrder = entries.every((entry, index) => Number(entry[1]) === index)
  return entries.length > 0 && inOrder ? entries.map((entry) => entry[2] ?? entry[3] ?? '') : undefined
}
