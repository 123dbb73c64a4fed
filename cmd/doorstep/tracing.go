package main

import (
	"context"
	"fmt"
	"os"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"

	"doorstep/internal/trace"
)

// tracer is nil where nobody wants traces. The sampler and the rest are set as
// everywhere, by OTEL_ variables. flush sends what is left.
func (c ServeCommand) tracer(ctx context.Context, log zerolog.Logger) (t trace.Tracer, flush func(context.Context) error, err error) {
	if c.Traces == "" {
		return nil, func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.Traces+"/v1/traces"))
	if err != nil {
		return nil, nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, nil, fmt.Errorf("the name of this node: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(resource.NewWithAttributes(semconv.SchemaURL,
		semconv.ServiceName("doorstep"), semconv.ServiceInstanceID(host+" "+c.Addr))))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn().Err(err).Msg("traces not sent") }))
	return provider.Tracer("doorstep"), provider.Shutdown, nil
}
