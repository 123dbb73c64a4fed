// Package trace starts spans where somebody wants them. A nil Tracer starts none
// and costs a comparison. It does not know where spans go, and nothing that is
// about a person goes into one.
package trace

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Tracer makes spans; nil where nobody wants them.
type Tracer = trace.Tracer

// Start begins a span below the one of the context, if there is a tracer.
func Start(ctx context.Context, t Tracer, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if t == nil {
		return ctx, noop.Span{}
	}
	return t.Start(ctx, name, options...)
}

const parent = "traceparent"

// Carry is the span of the context in the form in which it travels; empty where
// there is no tracer, no span, or one that is not kept.
func Carry(ctx context.Context, t Tracer) string {
	if t == nil || !trace.SpanContextFromContext(ctx).IsSampled() {
		return ""
	}
	carried := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carried)
	return carried[parent]
}

// Continue begins a span below one that was carried here.
func Continue(t Tracer, carried, name string) (context.Context, trace.Span) {
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{parent: carried})
	return Start(ctx, t, name)
}
