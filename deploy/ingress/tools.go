//go:build tools

// Package ingress only pins the version of LiveKit's ingress and its modules:
// scripts/livekit.sh builds the program from here. The import below is what
// keeps them in go.mod and go.sum.
package ingress

import _ "github.com/livekit/ingress/cmd/server"
