/** What `drover top` can be sorted by. A file of its own, since the table of verbs, which each call loads, names them. */
export const HOST_ORDERS = ['cpu', 'memory', 'io-wait', 'pressure', 'network', 'disk', 'jobs', 'name'] as const
export type HostOrder = (typeof HOST_ORDERS)[number]
