// Package local runs everything Liandong stands on, on one machine and with
// nothing installed for it beforehand but PostgreSQL's own programs: a private
// PostgreSQL cluster, Kratos, and a Redis inside this process. It is how the
// product is tried, developed and tested; production points the same binary at
// servers that others run.
//
// What it promises:
//   - every server listens on loopback or on a private socket, nothing else;
//   - PostgreSQL never runs as root, and no statement is sent before the server
//     has proved that it serves our own data directory;
//   - a second start in the same folder is refused, naming the address of the first;
//   - children end with their parent, however it ends; what a killed run left
//     behind is healed by the next start, and nothing that holds data is deleted.
//
// It is for Linux, and speaks Chinese to whoever started it.
package local
