import { RadversaryError } from '../errors.ts'
import type { ComparedMethod } from './comparison-spec.ts'

/**
 * Methods by their names, with the settings that `METHOD.SETTING=VALUE` texts give some of them at every
 * budget. A file of its own, so that a page can read it without the schema's library: what that tries out
 * breaks a page's policy on scripts. @throws RadversaryError usage for a text of another shape, or of a
 * method that is not among them.
 */
export function comparedMethods(names: readonly string[], settings: readonly string[]): ComparedMethod[] {
  const given = settings.map((text) => settingOf(text, names))
  return names.map((name) => ({
    name,
    settings: Object.fromEntries(
      given.filter(({ method }) => method === name).map(({ setting, value }) => [setting, value]),
    ),
  }))
}

function settingOf(text: string, methods: readonly string[]) {
  const [, method, setting, value] = /^([\w-]+)\.(\w+)=(.*)$/.exec(text) ?? []
  if (method !== undefined && setting !== undefined && value !== undefined && methods.includes(method))
    return { method, setting, value }
  throw new RadversaryError(
    'usage',
    `Settings: expected METHOD.SETTING=VALUE of a compared method, got ${text}`,
    { tip: 'For example: smia.alpha=0.5 pgd.restarts=5' },
  )
}
