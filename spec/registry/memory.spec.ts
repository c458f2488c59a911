import { MemoryProjectStore } from '../../lib/registry/index.js'
import { fill } from '../helpers/records.js'
import { describeKeyStore } from '../keys/key-store-contract.js'
import { describeProjectStore } from './project-store-contract.js'

describeKeyStore('MemoryProjectStore', (projects) => fill(new MemoryProjectStore(), projects))
describeProjectStore('MemoryProjectStore', () => new MemoryProjectStore())
