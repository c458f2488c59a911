import { expect, it } from '@jest/globals'
import { ConnectedApps } from '../../example-server/connected-apps.js'

const connected = (apps: ConnectedApps, projectId: string) =>
  apps.list(projectId).flatMap(({ id, connected }) => (connected ? [id] : []))

it('keeps the apps of each project apart', () => {
  const apps = new ConnectedApps()
  apps.set('shop', 'accounting', true)
  apps.set('other', 'warehouse', true)
  apps.set('other', 'newsletter', true)
  apps.set('other', 'warehouse', false)
  expect(connected(apps, 'shop')).toEqual(['accounting'])
  expect(connected(apps, 'other')).toEqual(['newsletter'])
  expect(connected(apps, '__proto__')).toEqual([])
})

it.each(['unknown', '', 'toString'])('knows no app %j', (id) => {
  const apps = new ConnectedApps()
  expect(apps.set('shop', id, true)).toBeUndefined()
  expect(connected(apps, 'shop')).toEqual([])
})

it('forgets, of too many projects, the one that was changed longest ago', () => {
  const apps = new ConnectedApps()
  for (const id of ['first', 'second', 'first']) apps.set(id, 'accounting', true)
  for (let more = 0; more < 999; more++) apps.set(`project-${more}`, 'accounting', true)
  expect(connected(apps, 'second')).toEqual([])
  expect(connected(apps, 'first')).toEqual(['accounting'])
  expect(connected(apps, 'project-998')).toEqual(['accounting'])
})
