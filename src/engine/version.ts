import packageJson from '../../package.json' with { type: 'json' }

/** Radversary's own version, for records and exported instances. */
export const version: string = packageJson.version
