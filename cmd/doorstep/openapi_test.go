package main

import (
	"bytes"
	"os"
	"testing"
)

// TestTheBrowsersTypesAreMadeFromThisContract fails when a route or a type
// changed and the document that the browser's types come from did not.
func TestTheBrowsersTypesAreMadeFromThisContract(t *testing.T) {
	var now bytes.Buffer
	if err := (OpenAPICommand{}).Run(t.Context(), Deps{Getenv: os.Getenv, Out: &now, Err: &now}); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("../../web/src/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(now.Bytes(), kept) {
		t.Error("web/src/api/openapi.json is not this contract: run go generate ./cmd/doorstep and npm run generate in web")
	}
}
