import type { CampaignOptions, CampaignReport } from './campaign.ts'
import { damagedFiles } from './damaged-files.ts'
import { fileLanes, type FileLaneName } from './file-lanes.ts'
import { intrusions } from './intrusions.ts'
import { kills } from './kills.ts'

type Campaign = (options: CampaignOptions) => Promise<CampaignReport>

const damaged = Object.keys(fileLanes).map((name): [string, Campaign] => [
  name,
  (options) => damagedFiles(name as FileLaneName, options),
])

/** Every campaign by its name. */
export const lanes: ReadonlyMap<string, Campaign> = new Map([
  ...damaged,
  ['kills', kills],
  ['http', intrusions],
])
