// Package clients tests the clients of examples/clients, and clients that are
// generated from the description of the API, against the running service. It is
// a module of its own for the generator's sake.
package clients

import _ "github.com/oapi-codegen/runtime" // generated code imports it
