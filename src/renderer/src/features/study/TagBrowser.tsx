import { Loader, Modal, Stack, Table, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { TagRow } from '../../../../engine/server/studies/tag-rows.ts'
import { api } from '../../api/client.ts'
import { Fault } from '../../ui/Fault.tsx'
import { closeDialog } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { foundTags } from './found-tags.ts'
import classes from './study.module.css'

/** All elements of one instance, searched by tag, keyword or value. */
export function TagBrowser({ study, image }: { readonly study: string; readonly image: number }) {
  const tags = useQuery(api.studies.tags.queryOptions({ study, image }))
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search)
  const found = foundTags(tags.data ?? [], wanted)
  return (
    <Modal opened size="xl" title={texts.study.tags} onClose={closeDialog}>
      <Stack gap="xs">
        <TextInput
          data-autofocus
          label={texts.study.searchTags}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
          }}
        />
        {tags.isPending && <Loader size="sm" />}
        {tags.isError && <Fault error={tags.error} />}
        {tags.data !== undefined && (
          <Text size="xs" c="dimmed" role="status">
            {texts.study.tagCount(found.length, tags.data.length)}
          </Text>
        )}
        <TagTable tags={found} />
      </Stack>
    </Modal>
  )
}

function TagTable({ tags }: { readonly tags: readonly TagRow[] }) {
  return (
    <div className={classes['tags']} tabIndex={0} role="region" aria-label={texts.study.tags}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {texts.study.tagColumns.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tags.map(({ tag, keyword, vr, value, depth }, i) => (
            <Table.Tr key={i}>
              <Table.Td ff="monospace" style={{ paddingLeft: 6 + 14 * depth }}>
                {tag}
              </Table.Td>
              <Table.Td>{keyword}</Table.Td>
              <Table.Td>{vr}</Table.Td>
              <Table.Td className={classes['value']}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
