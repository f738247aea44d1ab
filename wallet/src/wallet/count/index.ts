/**
 * Counts votes and gifts from a node's logs, for whoever does not want to believe the node.
 *
 * @packageDocumentation
 */
export { countGiven } from './count.js';
export type { Count, CountedAssociation, CountedCampaign, CountOptions, CountProgress } from './count.js';
