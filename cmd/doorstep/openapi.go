package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"doorstep/internal/httpapi"
)

//go:generate sh -c "go run . openapi > openapi.json.new && mv openapi.json.new ../../web/src/api/openapi.json"

// OpenAPICommand prints the document of the public contract, from which the
// browser's types are generated.
type OpenAPICommand struct{}

// Run prints the document.
func (OpenAPICommand) Run(_ context.Context, d Deps) error {
	doc, err := httpapi.OpenAPI()
	if err != nil {
		return fmt.Errorf("make the OpenAPI document: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, doc, "", "  "); err != nil {
		return fmt.Errorf("indent the OpenAPI document: %w", err)
	}
	_, err = fmt.Fprintln(d.Out, out.String())
	return err
}
