// Package api is the JSON interface for partners and mobile clients: OpenAPI 3.1
// at /api/openapi.json, failures as RFC 9457 problem+json in Chinese.
//
// It calls the same services as the pages do, in the same scopes:
//
//   - /api/tenants/{code}/… shows what a tenant publishes to anybody: the scope is
//     Public at that tenant, whoever asks.
//   - /api/me/cases… and /api/cases… show what the signed-in person, or the seat of
//     a member of staff, may see: the scope is the one that the request carries.
//
// What a caller may not see is not found. Numbers of people and phones leave masked.
package api
