/** Rows per page of `GET /appointments` ("List", parameter `limit`). */
export const PAGE_LIMIT = { default: 20, max: 100 } as const
