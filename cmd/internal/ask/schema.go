package ask

import _ "embed" // for the schema

// StatusSchema is the JSON Schema of Status: what monitoring relies on. A test holds the two to each
// other.
//
//go:embed status.schema.json
var StatusSchema string
