/**
 * An id of the REST API. Ids become path segments of upstream requests and parts of Relay ids; an id of these characters
 * can not change the path or the query of a request.
 */
export const REST_ID = /^[A-Za-z0-9_-]{1,128}$/
