import { beforeEach, describe, expect, it } from '@jest/globals'
import type { ProjectRecord, ProjectStore } from '../../../lib/registry/index.js'
import { now } from '../../helpers/mint.js'
import { changeOf, projectRecord } from '../../helpers/records.js'

/** What every project store says of the origins of its projects. `make` returns an empty one. */
export function describeOrigins(name: string, make: () => ProjectStore | Promise<ProjectStore>): void {
  describe(`${name}, asked for the origins of all projects,`, () => {
    let store: ProjectStore
    beforeEach(async () => {
      store = await make()
    })
    const add = (id: string, allowedOrigins?: string[], record: Partial<ProjectRecord> = {}) => {
      const project = { id, ...(allowedOrigins && { allowedOrigins }), ...record.project }
      return store.commit(changeOf(projectRecord(id, { ...record, project })))
    }
    const origins = async () => {
      const { listed, any } = await store.origins()
      return { listed: listed.toSorted(), any }
    }

    it('has none where there is no project', async () => {
      expect(await store.origins()).toEqual({ listed: [], any: false })
    })

    it('lists each once, whoever has it', async () => {
      await add('shop', ['https://shop.example', 'http://localhost:4001'])
      await add('other', ['https://other.example', 'https://shop.example'])
      await add('closed', [])
      const listed = ['http://localhost:4001', 'https://other.example', 'https://shop.example']
      expect(await origins()).toEqual({ listed, any: false })
    })

    it('says when one may be called from anywhere, beside those that are listed', async () => {
      await add('shop', ['https://shop.example'])
      await add('open')
      expect(await origins()).toEqual({ listed: ['https://shop.example'], any: true })
    })

    it('counts suspended projects, and no deleted ones', async () => {
      await add('suspended', ['https://shop.example'], { project: { id: 'suspended', suspended: true } })
      await add('deleted', ['https://gone.example'], { deletedAt: now })
      await add('deleted and open', undefined, { deletedAt: now })
      expect(await origins()).toEqual({ listed: ['https://shop.example'], any: false })
    })

    it('follows each change', async () => {
      await add('shop')
      await add('shop', ['https://old.example'], { version: 2 })
      expect(await origins()).toEqual({ listed: ['https://old.example'], any: false })
      await add('shop', ['https://new.example'], { version: 3 })
      expect(await origins()).toEqual({ listed: ['https://new.example'], any: false })
    })

    it('hands out nothing that it keeps', async () => {
      await add('shop', ['https://shop.example'])
      Reflect.set((await store.origins()).listed, 0, 'https://evil.example')
      expect(await origins()).toEqual({ listed: ['https://shop.example'], any: false })
    })
  })
}
