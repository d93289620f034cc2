/**
 * What an id of the REST API may look like. Ids become path segments and parts of Relay ids: nothing that matches this
 * can change the path or the query of a request.
 */
export const REST_ID = /^[A-Za-z0-9_-]{1,128}$/
