// Package files keeps what people upload (附件). The bytes lie in a blob store
// under a key that begins with the tenant; the row that names them is guarded by
// row security, and a download is authorised through the row, never by address.
// Type and size are judged by content: a name or a header proves nothing.
package files
