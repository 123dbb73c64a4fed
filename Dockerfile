# The one binary, with the web pages in it, as an unprivileged user.

FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
WORKDIR /src
COPY . .
RUN cd web && npm run build

FROM golang:1.26-bookworm AS binary
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist web/dist
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags=-s -o /doorstep ./cmd/doorstep

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=binary /doorstep /doorstep
ENV DOORSTEP_ADDR=0.0.0.0:8112
EXPOSE 8112
ENTRYPOINT ["/doorstep"]
CMD ["serve"]
