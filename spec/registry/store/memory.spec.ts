import { MemoryProjectStore } from '../../../lib/registry/index.js'
import { fill } from '../../helpers/records.js'
import { describeKeyStore } from '../../keys/key-store-contract.js'
import { describeExpiringKeys } from './expiring-keys-contract.js'
import { describeHostedRevocations } from './hosted-revocations-contract.js'
import { describeHistory } from './project-history-contract.js'
import { describeKeySets } from './project-key-sets-contract.js'
import { describeOrigins } from './project-origins-contract.js'
import { describeEndedSessions } from './project-sessions-contract.js'
import { describeProjectStore } from './project-store-contract.js'

describeKeyStore('MemoryProjectStore', (projects) => fill(new MemoryProjectStore(), projects))
describeProjectStore('MemoryProjectStore', () => new MemoryProjectStore())
describeHistory('MemoryProjectStore', () => new MemoryProjectStore())
describeOrigins('MemoryProjectStore', () => new MemoryProjectStore())
describeEndedSessions('MemoryProjectStore', () => new MemoryProjectStore())
describeExpiringKeys('MemoryProjectStore', () => new MemoryProjectStore())
describeKeySets('MemoryProjectStore', () => new MemoryProjectStore())
describeHostedRevocations('MemoryProjectStore', () => new MemoryProjectStore())
