package live

import _ "embed"

// AsyncAPI is the AsyncAPI 3.0 document of the stream: every frame, in both
// directions, and the close codes. A test holds it to the code.
//
//go:embed asyncapi.json
var AsyncAPI []byte
