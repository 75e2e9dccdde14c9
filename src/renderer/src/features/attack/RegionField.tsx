import { Button, Text } from '@mantine/core'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { regionSize } from '../../viewer/region.ts'

/** Where the attack may change the images: everywhere, or in what was drawn. */
export function RegionField() {
  const region = useUi((ui) => ui.region)
  return (
    <div data-testid="region">
      <Text size="xs" fw={600}>
        {texts.attack.region}
      </Text>
      <Text size="xs" c="dimmed">
        {region === undefined
          ? texts.attack.wholeImage
          : texts.attack.someOfImage(`${(100 * regionSize(region).fraction).toFixed(1)} %`)}
      </Text>
      {region !== undefined && (
        <Button
          mt={4}
          size="compact-xs"
          variant="default"
          onClick={() => {
            setUi({ region: undefined })
          }}
        >
          {texts.attack.clearRegion}
        </Button>
      )}
    </div>
  )
}
