import { fileURLToPath } from 'node:url'

const beside = (folder: string) => fileURLToPath(new URL(`../../example-server/${folder}/`, import.meta.url))

/** The pages' files stay where they are, because tsc copies none. This module runs in dist/example-server. */
export const pageFolder = beside('page')
export const consoleFolder = beside('console/page')
export const portalFolder = beside('portal/page')
export const storyFolder = beside('story/page')
export const elsewhereFolder = beside('story/elsewhere')

/** The client of a page, as the package has it: modules that a browser loads as they stand. */
export const clientFolder = fileURLToPath(new URL('.', import.meta.resolve('reverse-jwt/browser')))
